import {
  FORMATS,
  KNOWN_NAMES,
  NAME,
  NUMBER,
  ONLY_KNOWN_NAMES,
  SEEMING_FIELD,
  SURE_VALUES,
  WHOLE_NAMED_ADDRESS,
} from "./field-formats.ts";
import { parseForm, type FormParams } from "./form.ts";

/*
 * The signed text has no delimiters: whoever captures a callback can move the boundary
 * between a name, a value and the query, and the signature still fits. So every field
 * we rely on has a strict format, which no part of a neighbor fits, and where a value has
 * room for anything (a text, a parameter we don't know yet, a tag), it must not contain
 * what looks like one of those fields.
 */

/** Pairs of a query that are read at most; the signature's legacy form ends at the thousandth. */
const QUERY_PAIRS_MAX = 100;

/**
 * Returns why a form whose signature fits isn't what was signed, or may not be: a sentence
 * that names the field, never a value. Undefined for a callback as Twilio posts it, also with
 * parameters that are new. `query` is that of the address, without its question mark.
 */
export function formFault(
  params: FormParams,
  query: string,
): string | undefined {
  // A value has no room for another field, nor is it a part of one.
  let areClosed = true;
  for (const [name, value] of params) {
    if (!NAME.test(name)) return MALFORMED_NAME;
    const format = FORMATS.get(name);
    if (format === undefined) areClosed = false;
    if (format === undefined || value === "") continue;
    if (format.closed?.test(value)) continue;
    if (format.closed !== undefined) areClosed = false;
    if (format.shifted?.test(value)) return shifted(name);
    if (!format.value.test(value)) return `${name} is not ${format.words}.`;
  }
  if (params.length === 0 || (areClosed && query === "")) return undefined;
  // Of closed fields only the first matters, as it comes right after the query.
  const sorted = areClosed
    ? [params.reduce((a, b) => (b[0] < a[0] ? b : a))]
    : params.toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
  return shiftIn(sorted, query, params);
}

/** Two words or more, as Twilio names its parameters, such as `AccountName` or `A2pCampaignSid`. */
const NEW_NAME = /^[A-Z][A-Za-z0-9]*[A-Z][a-z]{2}/;

const MALFORMED_NAME =
  "A parameter’s name begins with a digit, or has more in it than letters, digits and underscores.";
const SHIFTED = "The form looks shifted";

/** Whether a fault is that the form looks shifted. */
export function looksShifted(fault: string): boolean {
  return fault.startsWith(SHIFTED);
}

function shifted(name: string): string {
  return `${SHIFTED}: ${name} is not where it belongs, although the signature fits.`;
}

/** A parameter's place in the signed text. */
type Place = {
  readonly name: string;
  readonly start: number;
  readonly valueStart: number;
};

function shiftIn(
  sorted: FormParams,
  query: string,
  params: FormParams,
): string | undefined {
  const [first] = sorted;
  if (query !== "") {
    if (query.split("&", QUERY_PAIRS_MAX + 1).length > QUERY_PAIRS_MAX)
      return `The query has over ${QUERY_PAIRS_MAX} pairs.`;
    // It may be the end of a tag, as nothing that Twilio posts comes before AccountSid. What
    // reads like a parameter of Twilio's is taken all the same: rather a shorter tag than a
    // callback that is lost.
    if (
      first !== undefined &&
      !KNOWN_NAMES.has(first[0]) &&
      !NEW_NAME.test(first[0])
    )
      return `${SHIFTED}: a parameter comes where the query ends, and may be a part of it.`;
  }
  for (const [index, [name, value]] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next !== undefined && mayBeCut(name, value, next)) return shifted(name);
  }
  // The signature also fits the query as it is decoded and escaped anew.
  const found =
    misplacedField(query, sorted, params) ??
    (/[%+]/.test(query)
      ? misplacedField(decoded(query), sorted, params)
      : undefined);
  return found && shifted(found);
}

/** Whether the parameter after an address may be the rest of it. */
function mayBeCut(
  name: string,
  value: string,
  [nextName, nextValue]: FormParams[number],
): boolean {
  const isOpen = FORMATS.get(name)?.closed !== undefined;
  if (!isOpen || KNOWN_NAMES.has(nextName)) return false;
  const rest = nextName + nextValue;
  if (NUMBER.test(value)) return /^X+$/.test(rest);
  const whole = value + rest;
  return NUMBER.test(whole) || WHOLE_NAMED_ADDRESS.test(whole);
}

/** The first field that is found in the signed text where no such parameter begins. */
function misplacedField(
  query: string,
  sorted: FormParams,
  params: FormParams,
): string | undefined {
  let text = query;
  const places = sorted.map(([name, value]): Place => {
    const start = text.length;
    text += name + value;
    return { name, start, valueStart: start + name.length };
  });
  // All that Twilio posts comes after AccountSid, so a query that holds any of it holds that too.
  const isAccountThere = params.some(
    ([name, value]) => name === "AccountSid" && value !== "",
  );
  for (const { 1: name = "", index } of text.matchAll(SEEMING_FIELD)) {
    const around = places.findLast(({ start }) => start <= index);
    const isInName = around !== undefined && index < around.valueStart;
    // That of the field itself, or within another that Twilio posts, such as SmsMessageSid.
    if (isInName && around.name === name && around.start === index) continue;
    if (isInName && KNOWN_NAMES.has(around.name) && around.start < index)
      continue;
    const end = index + name.length;
    const isInQuery = end <= query.length;
    if (isInQuery && isAccountThere && name !== "AccountSid") continue;
    if (
      isInName &&
      end <= around.valueStart &&
      isWholeName(around, index, sorted)
    )
      continue;
    const reachesKnown = places.some(
      (each) =>
        each.start > index && each.start < end && KNOWN_NAMES.has(each.name),
    );
    if (reachesKnown) continue;
    if (!params.some((param) => param[0] === name)) return name;
    if (!isInName && startsAt(SURE_VALUES.get(name), text, end)) return name;
  }
  return undefined;
}

/**
 * Whether a parameter that is new, such as CarrierErrorCode, was signed with that name: what
 * it begins with, up to `fieldStart`, is neither the end of the value before it nor names
 * of parameters without a value.
 */
function isWholeName(
  { name, start }: Place,
  fieldStart: number,
  sorted: FormParams,
): boolean {
  const beginning = name.slice(0, fieldStart - start);
  if (beginning === "" || ONLY_KNOWN_NAMES.test(beginning)) return false;
  const before = sorted[sorted.findIndex((each) => each[0] === name) - 1];
  if (before === undefined) return start === 0;
  const [nameBefore, value] = before;
  const format = FORMATS.get(nameBefore);
  if (format === undefined || value === "") return false;
  const whole = value + beginning;
  return format.closed === undefined
    ? !format.value.test(whole) || format.shifted?.test(whole) === true
    : NUMBER.test(value) && !WHOLE_NAMED_ADDRESS.test(whole);
}

function startsAt(
  pattern: RegExp | undefined,
  text: string,
  place: number,
): boolean {
  if (pattern === undefined) return false;
  pattern.lastIndex = place;
  return pattern.test(text);
}

function decoded(query: string): string {
  return parseForm(query)
    .params.map(([name, value]) => `${name}=${value}`)
    .join("&");
}
