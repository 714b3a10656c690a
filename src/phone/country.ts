import parsePhoneNumber from "libphonenumber-js/min";

/**
 * The country of a phone number in E.164 form, ISO 3166-1 alpha-2; null when the
 * number does not tell, as with short codes, names and numbers that are not valid.
 */
export function countryOf(address: string): string | null {
  if (!address.startsWith("+")) return null;
  return parsePhoneNumber(address)?.country ?? null;
}
