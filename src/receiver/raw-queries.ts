/** A character that the server reports escaped, however it arrived. */
type Doubtful = {
  readonly start: number;
  readonly escaped: string;
  readonly raw: string;
  readonly kind: "quote" | "sign" | "letter";
  /** Its `name=value`, by number. */
  readonly pair: number;
};

/**
 * Characters that the URL standard escapes in a query, in its spelling. It never
 * produces escapes with lower-case hex digits.
 */
const ESCAPED_BY_SERVER =
  /%27|%22|%3C|%3E|%7F|%[CD][0-9A-F]%[89AB][0-9A-F]|%E[0-9A-F](?:%[89AB][0-9A-F]){2}|%F[0-4](?:%[89AB][0-9A-F]){3}/g;

/** Groups of characters that probably have the same origin, and therefore the same spelling; the largest groups first. */
const GROUPINGS: readonly ((each: Doubtful) => string | number)[] = [
  ({ kind }) => kind,
  ({ pair }) => pair,
  ({ kind, pair }) => kind + pair,
  ({ start }) => start,
];
/** With more groups, too small a part could be tried to be worth the work. */
const GROUPS_MAX = 64;

/**
 * Yields the queries that may have arrived if the server reports `query`, except that
 * one itself; likeliest first, at most `max`. Twilio signs the characters it sends,
 * `'` among them. The server reports them escaped, exactly as if they had been sent
 * escaped, and a query can mix both: Bun 1.4 makes `request.url` of a request's target
 * and has nothing that gives the target as it was sent. So one spelling for each kind
 * of character is tried first, then one for each pair, for each kind in a pair, and
 * for each character.
 */
export function* rawQueries(query: string, max: number): Generator<string> {
  const doubtful = query.includes("%") ? doubtfulIn(query) : [];
  const known = new Set([query]);
  for (const [index, groupOf] of GROUPINGS.entries()) {
    const groups = groupsOf(doubtful, groupOf);
    if (groups === undefined) continue;
    // Each grouping has a share, so that large groupings leave room for smaller ones.
    const limit = Math.ceil((max * (index + 1)) / GROUPINGS.length);
    for (const isRaw of subsets(groups.size)) {
      if (known.size > limit) break;
      const spelling = spelled(query, doubtful, groups.of, isRaw);
      if (known.has(spelling)) continue;
      known.add(spelling);
      yield spelling;
    }
  }
}

/** Returns how many groups there are, and each one's number, from 0; undefined if there are too many. */
function groupsOf(
  doubtful: readonly Doubtful[],
  groupOf: (each: Doubtful) => string | number,
): { readonly size: number; readonly of: readonly number[] } | undefined {
  const numbers = new Map<string | number, number>();
  const groups: number[] = [];
  for (const each of doubtful) {
    const name = groupOf(each);
    const number = numbers.get(name) ?? numbers.size;
    if (number === GROUPS_MAX) return undefined;
    numbers.set(name, number);
    groups.push(number);
  }
  return { size: numbers.size, of: groups };
}

function doubtfulIn(query: string): Doubtful[] {
  let pair = 0;
  let pairEnd = query.indexOf("&");
  const decoded = new Map<string, string>();
  return Array.from(query.matchAll(ESCAPED_BY_SERVER), (match) => {
    const [escaped] = match;
    const start = match.index;
    for (; pairEnd !== -1 && pairEnd < start; pair++)
      pairEnd = query.indexOf("&", pairEnd + 1);
    let raw = decoded.get(escaped);
    if (raw === undefined) decoded.set(escaped, (raw = unescaped(escaped)));
    const kind =
      raw === "'" ? "quote" : escaped.length === 3 ? "sign" : "letter";
    return { start, escaped, raw, kind, pair };
  });
}

function spelled(
  query: string,
  doubtful: readonly Doubtful[],
  groups: readonly number[],
  isRaw: Uint8Array,
): string {
  let text = "";
  let end = 0;
  for (let i = 0; i < doubtful.length; i++) {
    const each = doubtful[i];
    if (each === undefined || isRaw[groups[i] ?? 0] !== 1) continue;
    text += query.slice(end, each.start) + each.raw;
    end = each.start + each.escaped.length;
  }
  return text + query.slice(end);
}

/**
 * Yields every subset of a number of items, with 1 for those in it: none, all, one,
 * all but one, two, all but two, and so on. The array is reused.
 */
function* subsets(count: number): Generator<Uint8Array> {
  const isIn = new Uint8Array(count);
  const flip = () => {
    for (let i = 0; i < count; i++) isIn[i] = 1 - (isIn[i] ?? 0);
  };
  const choose = function* (size: number, from: number): Generator<undefined> {
    if (size === 0) return yield;
    for (let i = from; i + size <= count; i++) {
      isIn[i] = 1;
      yield* choose(size - 1, i + 1);
      isIn[i] = 0;
    }
  };
  for (let size = 0; size * 2 <= count; size++) {
    for (const _ of choose(size, 0)) {
      yield isIn;
      flip();
      if (size * 2 < count) yield isIn;
      flip();
    }
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
