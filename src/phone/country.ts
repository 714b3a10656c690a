import parsePhoneNumber from "libphonenumber-js/min";

/**
 * Returns the country of a phone number in E.164 format, as ISO 3166-1 alpha-2; null
 * if it can't be told, as for short codes, names, and invalid numbers.
 */
export function countryOf(address: string): string | null {
  if (!address.startsWith("+")) return null;
  return parsePhoneNumber(address)?.country ?? null;
}
