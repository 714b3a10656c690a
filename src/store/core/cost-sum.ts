import { amountText } from "../../twilio/money.ts";
import type { Costs } from "../costs.ts";

/** Sums of the table `cost_sums` for some messages in one currency; '' without a price. */
export type SummedCosts = {
  readonly currency: string;
  readonly messages: number;
  /** In digits, of any size. */
  readonly micros: string;
  readonly picos: string;
  readonly segments: number;
  readonly withFee: number;
  readonly seen: number;
};

type Charged = {
  messages: number;
  micros: bigint;
  picos: bigint;
  segments: number;
};

/** Adds up what messages cost, exactly and by currency, and what isn't known. */
export class CostSum {
  readonly #charged = new Map<string, Charged>();
  #unpriced = 0;
  #withFee = 0;
  #seen = 0;
  #messages = 0;

  addRow(row: SummedCosts): void {
    this.#withFee += row.withFee;
    this.#seen += row.seen;
    if (row.currency === "") this.#unpriced += row.messages;
    else
      this.#addCharged(
        row.currency,
        {
          messages: row.messages,
          micros: BigInt(row.micros),
          picos: BigInt(row.picos),
          segments: row.segments,
        },
        1,
      );
  }

  /** Adds messages that were first seen, whether or not their price was read. */
  addMessages(messages: number): void {
    this.#messages += messages;
  }

  /** Adds another sum, or takes it out again. */
  add(other: CostSum, times: 1 | -1 = 1): void {
    for (const [currency, charged] of other.#charged)
      this.#addCharged(currency, charged, times);
    this.#unpriced += times * other.#unpriced;
    this.#withFee += times * other.#withFee;
    this.#seen += times * other.#seen;
    this.#messages += times * other.#messages;
  }

  /** What is charged in a currency, for comparing: the less, the more it costs. */
  chargedIn(currency: string): bigint {
    const { micros = 0n, picos = 0n } = this.#charged.get(currency) ?? {};
    return micros * 1_000_000n + picos;
  }

  /** The sums; Twilio writes a cost as a negative price. `unread` is null unless messages were added. */
  costs(areMessagesAdded: boolean): Costs {
    const charged = [...this.#charged]
      .filter(([, { messages }]) => messages > 0)
      .toSorted(
        ([a, ofA], [b, ofB]) => ofB.messages - ofA.messages || (a < b ? -1 : 1),
      );
    return {
      charged: charged.map(
        ([currency, { messages, micros, picos, segments }]) => ({
          currency,
          cost: amountText({ micros: -micros, picos: -picos }),
          messages,
          segments,
        }),
      ),
      unpriced: this.#unpriced,
      withFee: this.#withFee,
      // While a partition of messages is being deleted, costs still count some of them.
      unread: areMessagesAdded
        ? Math.max(0, this.#messages - this.#seen)
        : null,
    };
  }

  #addCharged(
    currency: string,
    { messages, micros, picos, segments }: Charged,
    times: 1 | -1,
  ): void {
    const sum = this.#charged.get(currency) ?? {
      messages: 0,
      micros: 0n,
      picos: 0n,
      segments: 0,
    };
    sum.messages += times * messages;
    sum.micros += BigInt(times) * micros;
    sum.picos += BigInt(times) * picos;
    sum.segments += times * segments;
    this.#charged.set(currency, sum);
  }
}
