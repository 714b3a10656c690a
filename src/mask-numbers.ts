/** How many digits a phone number has; shorter ones are short codes. */
const DIGITS_MIN = 7;
const DIGITS_MAX = 15;
/** From so many on a bare run of digits hardly is a date or the number of an order. */
const SURE_DIGITS_MIN = 10;

/**
 * Which numbers in a text are masked beside the own ones. `likely`: all that may be phone
 * numbers. `sure`: those that hardly are anything else, for texts of the user's own, in
 * which 20261123 is a date: with a plus, with separators, or of ten digits and more.
 */
export type OtherNumbers = "none" | "likely" | "sure";

/** A phone number with all but its beginning and last two digits hidden; names and short codes whole. */
export function maskNumber(address: string): string {
  if (!/^\+?\d{7,}$/.test(address))
    return /^[\w :.+-]{1,20}$/.test(address) ? address : "…";
  return hidden(address);
}

/**
 * Text with the phone numbers in it masked: these addresses' own, wherever they stand,
 * also without their beginning and with separators; and `others`.
 */
export function maskNumbersIn(
  text: string,
  addresses: readonly (string | null)[],
  others: OtherNumbers = "likely",
): string {
  // Most texts have nothing to hide, and a look costs less.
  if (!SEVEN_DIGITS.test(text)) return text;
  let masked = text;
  for (const address of addresses) {
    for (const [run] of (address ?? "").matchAll(RUN)) {
      const digits = run.replaceAll(/\D/g, "");
      if (digits.length < DIGITS_MIN) continue;
      for (const own of [digits.slice(-DIGITS_MAX), digits.slice(-DIGITS_MIN)])
        masked = masked.replace(anywhere(own), hidden);
    }
  }
  if (others === "none") return masked;
  // A split by a pattern in brackets has what it matched at every second place.
  return masked
    .split(NO_NUMBERS)
    .map((piece, index) =>
      index % 2 === 0 ? maskOthers(piece, others) : piece,
    )
    .join("");
}

/** Whether a text has as many digits together as a phone number, whatever else they may be. */
export function mayHoldNumber(text: string): boolean {
  return SEVEN_DIGITS.test(text);
}

const SEVEN_DIGITS = /\d(?:\D{0,3}\d){6}/;

/** What may stand between a number's digits, as people write them: `(415) 555-0123`. */
export const BETWEEN = String.raw`[\s().\u2010-\u2015-]{0,3}`;

/** Digits that belong together, however many; not those of what is masked already. */
export const RUN = new RegExp(
  String.raw`(?<![\d•])(?:\((?=\+?\d{1,5}\)))?\+?\d(?:${BETWEEN}\d)*(?![\d•])`,
  "g",
);

/** Twilio's SIDs, UUIDs, hashes, and dates with or without a time. */
const NO_NUMBERS = new RegExp(
  [
    String.raw`((?<![\p{L}\p{N}])(?:`,
    String.raw`[A-Z]{2}[0-9a-f]{32}|`,
    String.raw`[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|`,
    String.raw`[0-9A-Fa-f]{32,64}`,
    String.raw`)(?![\p{L}\p{N}])`,
    String.raw`|(?<![\d+]${BETWEEN})(?:`,
    String.raw`(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?)?|`,
    String.raw`[0-3]?\d[.-][0-3]?\d[.-](?:19|20)\d\d`,
    String.raw`)(?!\d|[.-]\d))`,
  ].join(""),
  "u",
);

function maskOthers(text: string, others: "likely" | "sure"): string {
  return text.replaceAll(RUN, (run: string, offset: number) => {
    const { length } = run.replaceAll(/\D/g, "");
    if (length < DIGITS_MIN) return run;
    const isBare = !/\D/.test(run);
    if (!isBare) return hidden(run);
    const isNumber =
      length >= SURE_DIGITS_MIN
        ? length <= DIGITS_MAX
        : others === "likely" && standsAlone(text, offset, run.length);
    return isNumber ? hidden(run) : run;
  });
}

/** Whether no letter, digit or underscore is beside a part of a text. */
function standsAlone(text: string, offset: number, length: number): boolean {
  return !(
    /[\p{L}\p{N}_]$/u.test(text.slice(Math.max(0, offset - 2), offset)) ||
    /^[\p{L}\p{N}_]/u.test(text.slice(offset + length, offset + length + 2))
  );
}

/** Of digits too many for one number, such as two with a space between, only the end is left. */
function hidden(run: string): string {
  const number = run.replaceAll(/[^\d+]/g, "");
  const isOne = number.replace("+", "").length <= DIGITS_MAX;
  return `${isOne ? number.slice(0, -8) : ""}••••••${number.slice(-2)}`;
}

/** These digits, as people write them. */
function anywhere(digits: string): RegExp {
  return new RegExp(digits.split("").join(BETWEEN), "g");
}
