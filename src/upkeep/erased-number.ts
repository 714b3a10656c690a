import { BETWEEN, RUN } from "../mask-numbers.ts";
import { numberMeant } from "../messages/filter-numbers.ts";
import { parseForm } from "../twilio/form.ts";

/** Digits of a number with its country code, without the plus sign. */
export type Digits = string;

/** How many digits a number has with its country code. */
const WHOLE_NUMBER = /^\+([1-9]\d{6,14})$/;
/** A message's own number is known by so many last digits. */
const OWN_DIGITS_MIN = 7;
const DIGITS_MAX = 15;

/**
 * The digits of a whole number as people write it: `+1 (415) 555-0123`, `0044 …`,
 * `whatsapp:+…`. Undefined without a plus sign or `00`, as what is dialled within one
 * country is another number in the next.
 */
export function digitsOfNumber(text: string): Digits | undefined {
  return WHOLE_NUMBER.exec(numberMeant(text.trim()) ?? "")?.[1];
}

/** Finds a number in texts and puts `label` in its place. */
export type NumberEraser = {
  /** Whether `inText` and `inQuery` have to look at this text; url-encoded, or within JSON, too. */
  mayBeIn(text: string): boolean;
  /**
   * The text without the number. In a message to or from it, `isOwn`, it is also known
   * by a part, as its own country writes it: `0161 496 0014`.
   */
  inText(text: string, isOwn: boolean): string;
  /** The same of a URL's query; pairs without the number stay as they are. */
  inQuery(query: string, isOwn: boolean): string;
};

const SID = /^[A-Z]{2}[0-9a-f]{32}$/;

export function numberEraser(digits: Digits, label: string): NumberEraser {
  const lastDigits = digits.slice(-OWN_DIGITS_MIN).split("");
  const hint = new RegExp(
    `${lastDigits.join(String.raw`(?:%[0-9a-f]{2}|[^0-9a-z%&=]){0,4}`)}|%3\\d`,
    "i",
  );
  const anywhere = new RegExp(digits.split("").join(BETWEEN), "g");
  const inRun = (run: string, isOwn: boolean): string => {
    const number = (numberMeant(run) ?? run).replace("+", "");
    if (number === digits) return label;
    const isPart = number.length >= OWN_DIGITS_MIN && digits.endsWith(number);
    if (isOwn && isPart) return label;
    // Too long for one number: there are several, or other digits around it.
    return run.replaceAll(/\D/g, "").length > DIGITS_MAX
      ? run.replaceAll(anywhere, label)
      : run;
  };
  const inText = (text: string, isOwn: boolean): string =>
    SID.test(text)
      ? text
      : text.replaceAll(RUN, (run: string) => inRun(run, isOwn));
  const inPiece = (piece: string, isOwn: boolean): string => {
    const pairs = parseForm(piece).params;
    const erased = pairs.map((pair) => pair.map((each) => inText(each, isOwn)));
    return JSON.stringify(erased) === JSON.stringify(pairs)
      ? piece
      : erased.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  };
  return {
    mayBeIn: (text) => hint.test(text),
    inText,
    inQuery: (query, isOwn) =>
      query
        .split("&")
        .map((piece) => inPiece(piece, isOwn))
        .join("&"),
  };
}
