/** From how many digits on a number is a phone number; shorter ones are short codes. */
const DIGITS_MIN = 7;
const DIGITS_MAX = 15;

/** A phone number with all but its beginning and last two digits hidden; names and short codes whole. */
export function maskNumber(address: string): string {
  if (!isPhoneNumber(address))
    return /^[\w :.+-]{1,20}$/.test(address) ? address : "…";
  return hidden(address);
}

/**
 * Text with the phone numbers in it masked: these addresses' own, wherever they stand,
 * also without their beginning and with separators; and, unless told that there are
 * none, whatever else reads as a whole phone number.
 */
export function maskNumbersIn(
  text: string,
  addresses: readonly (string | null)[],
  hasOthers = true,
): string {
  // Most texts have nothing to hide, and a look costs less.
  if (!SEVEN_DIGITS.test(text)) return text;
  let masked = text;
  for (const address of addresses) {
    for (const [digits] of (address ?? "").matchAll(/\d{7,}/g)) {
      for (const own of [digits.slice(-DIGITS_MAX), digits.slice(-DIGITS_MIN)])
        masked = masked.replace(anywhere(own), hidden(own));
    }
  }
  return hasOthers ? masked.replace(WHOLE_NUMBERS, hidden) : masked;
}

const SEVEN_DIGITS = /\d(?:\D{0,3}\d){6}/;

/** Not digits within a word, such as a SID, nor what is masked already. */
const WHOLE_NUMBERS = /(?<![\p{L}\p{N}_+])\+?\d{7,15}(?![\p{L}\p{N}_•])/gu;

function isPhoneNumber(address: string): boolean {
  return /^\+?\d{7,}$/.test(address);
}

function hidden(number: string): string {
  return `${number.slice(0, -8)}••••••${number.slice(-2)}`;
}

/** These digits, as people write them: `(415) 555-0123`. */
function anywhere(digits: string): RegExp {
  return new RegExp(digits.split("").join("[ ().-]{0,3}"), "g");
}
