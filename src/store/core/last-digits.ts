import { LAST_DIGITS_MIN } from "../filter.ts";

/** A phone number's last digits as a number, which is indexed to find it by its end; null for other addresses. */
export function lastDigits(address: string): number | null {
  return /^\+?\d+$/.test(address) &&
    address.replace("+", "").length >= LAST_DIGITS_MIN
    ? Number(address.slice(-LAST_DIGITS_MIN))
    : null;
}
