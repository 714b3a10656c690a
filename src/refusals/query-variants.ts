import { rawQueries } from "../receiver/raw-queries.ts";
import { distinct, type Variant } from "./cause.ts";
import type { Cause } from "../store/diagnosis.ts";

/** With more pairs, not every omission and order is tried. */
const PAIRS_LEFT_OUT_MAX = 8;
const PAIRS_REORDERED_MAX = 4;
/** Spellings of the query that arrived; each is combined with everything else that may differ. */
const SPELLINGS_MAX = 8;

/**
 * Returns queries, each with its question mark or "", that may have been signed
 * instead of the one that arrived: without what a proxy may have added, in another
 * order, escaped differently. `forwarded` are those that a proxy names in headers.
 */
export function queryVariants(
  arrived: string,
  forwarded: readonly string[],
): Variant[] {
  const likely = (cause: Cause, values: readonly string[]): Variant[] =>
    values.map((value) => ({ value, causes: [cause], isLikely: true }));
  const pairs = arrived.slice(1).split("&");
  return distinct([
    ...[arrived, ...rawQueries(arrived, SPELLINGS_MAX)].map(
      (value): Variant => ({
        value,
        causes: [],
        isLikely: true,
      }),
    ),
    ...likely(
      "query-lost",
      forwarded.filter((each) => each !== ""),
    ),
    ...(arrived === ""
      ? []
      : [
          ...likely("query-added", ["", ...withoutOne(pairs)]),
          ...likely("query-escapes", escapedOtherwise(arrived)),
          ...orders(pairs).map((order): Variant => ({
            value: `?${order.join("&")}`,
            causes: ["query-order"],
            isLikely: false,
          })),
        ]),
  ]);
}

function withoutOne(pairs: readonly string[]): string[] {
  if (pairs.length < 2 || pairs.length > PAIRS_LEFT_OUT_MAX) return [];
  return pairs.map((_, left) => `?${pairs.toSpliced(left, 1).join("&")}`);
}

function escapedOtherwise(query: string): string[] {
  const decoded = decodedOr(query);
  return [
    query.replaceAll("%20", "+"),
    query.replaceAll("+", "%20"),
    decoded,
    decoded.replaceAll("+", " "),
    encodeURI(decoded),
    query.replaceAll(/%[0-9a-f]{2}/gi, (escape) => escape.toLowerCase()),
    query.replaceAll(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase()),
  ];
}

function decodedOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns every order of a few pairs; of more, only the sorted one and the reverse. */
function orders(pairs: readonly string[]): (readonly string[])[] {
  if (pairs.length < 2) return [];
  if (pairs.length > PAIRS_REORDERED_MAX)
    return [pairs.toSorted(), pairs.toReversed()];
  return permutations(pairs);
}

function permutations(items: readonly string[]): (readonly string[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((first, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [first, ...rest]),
  );
}
