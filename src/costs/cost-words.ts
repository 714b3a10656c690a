import type { Charges } from "../store/costs.ts";
import { counted } from "../words/amounts.ts";
import { FAILED_FEE } from "../twilio/failed-fee.ts";
import { amountText, exactAmount } from "../twilio/money.ts";

const DECIMALS_MIN = 2;

/** How many decimals costs need so that each is shown whole. */
export function decimalsOf(costs: readonly Pick<Charges, "cost">[]): number {
  return Math.max(
    DECIMALS_MIN,
    ...costs.map(({ cost }) => decimalsIn(cost).length),
  );
}

/** `1,234.50`, with at least as many decimals as given; a credit has a minus sign. */
export function costWords(cost: string, decimals = DECIMALS_MIN): string {
  const [units = ""] = cost.replace("-", "").split(".");
  const sign = cost.startsWith("-") ? "−" : "";
  const whole = units.replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
  return `${sign}${whole}.${decimalsIn(cost).padEnd(decimals, "0")}`;
}

function decimalsIn(cost: string): string {
  return cost.split(".")[1] ?? "";
}

/** What Twilio's list price of its fee for failed messages comes to, exactly. */
export function feeOf(messages: number): string {
  const { micros, picos } = exactAmount(FAILED_FEE.amount);
  const times = BigInt(messages);
  return amountText({ micros: micros * times, picos: picos * times });
}

/** `1,234.50 USD for 12 messages (14 segments)` */
export function chargesWords({
  cost,
  currency,
  messages,
  segments,
}: Charges): string {
  return `${costWords(cost)} ${currency} for ${counted(messages, "message")} (${counted(segments, "segment")})`;
}
