import { explanations } from "./advice.ts";
import type { Explanation } from "./explanation.ts";
import titlesFile from "./titles.tsv" with { type: "text" };

export { firstAdvice } from "./explanation.ts";
export type { Explanation, Matter, Retry } from "./explanation.ts";

export type ErrorCodeInfo = {
  readonly code: number;
  /** Twilio's title; undefined for a code this version does not know. */
  readonly title: string | undefined;
  readonly level: "error" | "warning" | undefined;
  /** Our words, for the codes that message callbacks carry. */
  readonly explanation: Explanation | undefined;
  /** Twilio's page about this code. */
  readonly url: string;
};

type Title = Pick<ErrorCodeInfo, "title" | "level">;

/** Parsed on first use: most starts of the server never need it at once. */
let titlesByCode: ReadonlyMap<number, Title> | undefined;

const levels: Readonly<Record<string, Title["level"]>> = {
  E: "error",
  W: "warning",
};

/** Each line is code, level (E, W or nothing) and title, in ascending order of codes. */
function parseTitles(file: string): ReadonlyMap<number, Title> {
  const titles = new Map<number, Title>();
  for (const line of file.split("\n")) {
    const [code, level, title] = line.split("\t");
    if (code && level !== undefined && title)
      titles.set(Number(code), { title, level: levels[level] });
  }
  return titles;
}

function knownTitles(): ReadonlyMap<number, Title> {
  titlesByCode ??= parseTitles(titlesFile);
  return titlesByCode;
}

/** What is known about a Twilio error code. Never throws: of an unknown code, only the link is known. */
export function explainErrorCode(code: number): ErrorCodeInfo {
  const known = knownTitles().get(code);
  return {
    code,
    title: known?.title,
    level: known?.level,
    explanation: explanations[code],
    url: `https://www.twilio.com/docs/api/errors/${code}`,
  };
}

/** Every error code this version has a title for, ascending. */
export function knownErrorCodes(): readonly number[] {
  return [...knownTitles().keys()];
}
