/**
 * Text for other services. Names of rules, titles of codes, senders and tags come from outside,
 * so every text is cleaned, shortened where its meaning allows, and then escaped for its service.
 */

/** U+200B: takes no room, and keeps a service from recognizing what is on both sides as one thing. */
export const BREAK = "\u200b";

const ELLIPSIS = "…";

/**
 * One line of ordinary text: control characters and line breaks become spaces, so that nothing
 * can end a header or a line; characters that change the direction of text are dropped, as they
 * can make a text read as another; an unpaired surrogate becomes U+FFFD.
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "")
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
}

/**
 * Keeps mail programs and ntfy's apps from turning an address within a text into a link:
 * `https://` and `example.com` get a break that takes no room.
 */
export function unlinked(text: string): string {
  return text
    .replace(/:(?=\/\/)/g, `:${BREAK}`)
    .replace(/([\p{L}\p{N}])\.(?=\p{L})/gu, `$1.${BREAK}`);
}

/** How a text is written for a service, and how that service measures it. */
export type Writing = {
  readonly write: (text: string) => string;
  readonly size: (written: string) => number;
};

/** Measured in UTF-16 code units, of which no service counts more per character. */
export function escapedBy(write: (text: string) => string): Writing {
  return { write, size: (written) => written.length };
}

export const PLAIN = escapedBy((text) => text);

export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/**
 * The text on one line as it is written for a service, in at most `max`. A longer one ends with
 * `…` after its last whole word that fits, or within a word of more than half the room; it never
 * ends within a character or an escape.
 */
export function fit(
  text: string,
  max: number,
  { write, size }: Writing = PLAIN,
): string {
  const line = oneLine(text);
  const whole = write(line);
  if (size(whole) <= max) return whole;
  const cut = shortened(line, max, { write, size });
  return cut === "" ? "" : write(cut) + ELLIPSIS;
}

/** The longest start of a text that fits with an ellipsis; ends at a word if one ends late enough. */
function shortened(
  line: string,
  max: number,
  { write, size }: Writing,
): string {
  const ends = [0];
  // No service measures a character as less than one.
  for (const { index, segment } of graphemes().segment(line.slice(0, max + 1)))
    ends.push(index + segment.length);
  let fits = 0;
  let over = ends.length;
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    const part = write(line.slice(0, ends[middle])) + ELLIPSIS;
    if (size(part) <= max) fits = middle;
    else over = middle;
  }
  const longest = line.slice(0, ends[fits]);
  const atWord = longest.slice(0, longest.lastIndexOf(" ") + 1).trimEnd();
  const isWithinWord =
    /\S$/.test(longest) && /^\S/.test(line.slice(longest.length));
  return isWithinWord && atWord.length > longest.length / 2
    ? atWord
    : longest.trimEnd();
}

let segmenter: Intl.Segmenter | undefined;

function graphemes(): Intl.Segmenter {
  return (segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" }));
}

/**
 * Lines, joined by `between`, in at most `max`. The most important ones come first: what
 * doesn't fit is left out from the end, and the last one that is kept may be shortened.
 */
export function fitLines(
  lines: readonly string[],
  max: number,
  writing: Writing = PLAIN,
  between = "\n",
): string {
  let written = "";
  for (const line of lines) {
    const start = written === "" ? "" : written + between;
    const room = max - writing.size(start);
    // Less would be a few letters of a sentence.
    if (room < Math.min(LINE_MIN, max)) break;
    const next = fit(line, room, writing);
    if (next === "") continue;
    written = start + next;
    if (next.endsWith(ELLIPSIS) && !line.trimEnd().endsWith(ELLIPSIS)) break;
  }
  return written;
}

const LINE_MIN = 30;
