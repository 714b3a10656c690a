/**
 * Amounts are kept and added up exactly, never as floating-point numbers: in millionths, and what is
 * left in millionths of those. That's what Twilio's prices have at most, see `ApiMessage`.
 */
export type ExactAmount = { readonly micros: bigint; readonly picos: bigint };

const PICOS_PER_MICRO = 1_000_000n;
const PICOS_PER_UNIT = PICOS_PER_MICRO * 1_000_000n;
const DECIMALS = 12;

const AMOUNT = /^(-?)(\d+)(?:\.(\d{1,12}))?$/;

/** Reads a decimal number with at most 12 decimals. Throws RangeError for any other text. */
export function exactAmount(text: string): ExactAmount {
  const [, sign, units, decimals = ""] = AMOUNT.exec(text) ?? [];
  if (units === undefined)
    throw new RangeError("An amount isn't a decimal number.");
  const all = BigInt(units + decimals.padEnd(DECIMALS, "0"));
  const signed = sign === "-" ? -all : all;
  return {
    micros: signed / PICOS_PER_MICRO,
    picos: signed % PICOS_PER_MICRO,
  };
}

/** The amount in decimal digits, with no more than it needs. */
export function amountText({ micros, picos }: ExactAmount): string {
  const all = micros * PICOS_PER_MICRO + picos;
  const size = all < 0n ? -all : all;
  const decimals = String(size % PICOS_PER_UNIT)
    .padStart(DECIMALS, "0")
    .replace(/0+$/, "");
  return `${all < 0n ? "-" : ""}${size / PICOS_PER_UNIT}${decimals && `.${decimals}`}`;
}

/** The difference of two amounts. */
export function lessAmount(one: ExactAmount, other: ExactAmount): ExactAmount {
  return {
    micros: one.micros - other.micros,
    picos: one.picos - other.picos,
  };
}
