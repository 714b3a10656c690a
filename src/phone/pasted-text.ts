/**
 * Invisible characters: direction marks, isolates, zero-width characters, variation
 * selectors, and the frame of a keycap.
 */
const INVISIBLE = String.raw`\p{Default_Ignorable_Code_Point}\p{Cf}\u20e3`;
/** Digits of other scripts, also superscript, circled, or full-width. */
const OTHER_DIGIT = String.raw`(?![0-9])[\p{Nd}\p{No}]`;

const ALL_INVISIBLE = new RegExp(`[${INVISIBLE}]`, "gu");
const ALL_OTHER_DIGITS = new RegExp(OTHER_DIGIT, "gu");
/** Also full-width characters, such as a number's plus sign. */
const ALL_OTHERS = new RegExp(
  `[${INVISIBLE}\\uff01-\\uff5e]|${OTHER_DIGIT}`,
  "gu",
);
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * Returns pasted text as people see it: without invisible characters, with ASCII
 * digits, plain spaces, and full-width characters as ASCII.
 */
export function plainText(text: string): string {
  return PLAIN.test(text)
    ? text
    : text
        .normalize("NFKC")
        .replaceAll(ALL_INVISIBLE, "")
        .replaceAll(ALL_OTHER_DIGITS, (char) => asciiDigit(char) ?? char)
        .replaceAll(/\s/g, " ");
}

/** Reports whether a text, or a character, is invisible. */
export function isInvisible(text: string): boolean {
  return !PLAIN.test(text) && text.replaceAll(ALL_INVISIBLE, "") === "";
}

/** The filler in `digitsInPlace` for invisible characters. */
export const FILLER = "\u200b";

/**
 * Returns texts of the same length in which each digit, of any script, is an ASCII
 * digit in its place, and invisible characters are fillers. In the first one, escapes
 * are decoded, too (`%31`, `%D9%A1`, `\u0661`, `&#49;`), in the second, if there are
 * any, they stay: `%14155550123` may be either.
 */
export function digitsInPlace(text: string): [string, ...string[]] {
  const plain = PLAIN.test(text)
    ? text
    : text.replaceAll(ALL_OTHERS, (char) => inPlace(char, char.length));
  if (!ESCAPES.test(plain)) return [plain];
  return [plain.replaceAll(ALL_ESCAPES, unescaped), plain];
}

const ESCAPES = /%[0-9a-f]{2}|\\u|&[#a-z]/i;
/** The last ones are HTML's names for spaces and the like. */
const ALL_ESCAPES =
  /(?:%(?:25)*[0-9a-f]{2})+|\\+u[0-9a-f]{4}|&#(?:\d{1,7}|x[0-9a-f]{1,6});|&(?:nbsp|[et][mnh][a-z]*sp|zwn?j|[lr]rm|shy|hyphen|dash|plus|[lr]par|period|comma|colon|sol);/gi;

function unescaped(escape: string): string {
  if (escape.startsWith("%")) return percentUnescaped(escape);
  const [, hex] = /(?:u|#x)([0-9a-f]+)/i.exec(escape) ?? [];
  const [, decimal] = /#(\d+)/.exec(escape) ?? [];
  const code = hex ? parseInt(hex, 16) : Number(decimal ?? NaN);
  const char = code <= 0x10ffff ? String.fromCodePoint(code) : FILLER;
  return inPlace(char, escape.length);
}

/** Any number of `%25`, which escapes a percent sign, can precede two digits. */
function percentUnescaped(escapes: string): string {
  const bytes = [...escapes.matchAll(/%(?:25)*?([0-9a-f]{2})(?![0-9a-f])/gi)];
  let decoded: string;
  try {
    decoded = decodeURIComponent(bytes.map(([, hex]) => `%${hex}`).join(""));
  } catch {
    return FILLER.repeat(escapes.length);
  }
  let next = 0;
  return Array.from(decoded, (char) => {
    const from = next;
    next += Buffer.byteLength(char);
    const width = bytes
      .slice(from, next)
      .reduce((sum, [byte]) => sum + byte.length, 0);
    return inPlace(char, width);
  }).join("");
}

/** Returns what a character means, filled up to the width of the text that it stands for. */
function inPlace(char: string, width: number): string {
  const seen = asciiDigit(char) ?? char.normalize("NFKC");
  const shown = seen.length !== 1 || isInvisible(seen) ? FILLER : seen;
  return FILLER.repeat(width - 1) + shown;
}

/** Returns the ASCII digit that a character means; undefined if it isn't a single digit. */
function asciiDigit(char: string): string | undefined {
  const plain = char.normalize("NFKC");
  if (/^[0-9]$/.test(plain)) return plain;
  if (!/^\p{Nd}$/u.test(plain)) return undefined;
  // Each script's ten digits are contiguous, starting with its zero.
  const at = plain.codePointAt(0) ?? 0;
  let zero = at;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String((at - zero) % 10);
}
