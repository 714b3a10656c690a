import { LAST_DIGITS_MIN } from "../filter.ts";

/** The number that a phone number's last digits read as, which is indexed to find it by its end; null for what is no number. */
export function lastDigits(address: string): number | null {
  return /^\+?\d+$/.test(address) &&
    address.replace("+", "").length >= LAST_DIGITS_MIN
    ? Number(address.slice(-LAST_DIGITS_MIN))
    : null;
}
