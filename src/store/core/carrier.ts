/** A carrier's mobile country code and network code, both in digits. */
type Codes = { readonly mcc: string | null; readonly mnc: string | null };

const SEPARATOR = "-";

/** A carrier as it's stored, such as `310-260`; null unless both codes are known: one alone names none. */
export function carrierOf({ mcc, mnc }: Codes): string | null {
  return mcc === null || mnc === null ? null : mcc + SEPARATOR + mnc;
}

/** The codes of a stored carrier. */
export function codesOf(carrier: string | null): Codes {
  const [mcc = null, mnc = null] = carrier?.split(SEPARATOR) ?? [];
  return { mcc, mnc };
}
