/** What was otherwise when a callback was signed than when it was checked. */
export const CAUSES = [
  /** `https` was signed and `http` checked, or the other way round. */
  "scheme",
  "host",
  "port",
  /** The base path is missing, doubled, or another one. */
  "base-path",
  /** A slash at the end of the path, or none. */
  "slash",
  /** Two slashes at the beginning of the path. */
  "double-slash",
  /** The other channel's route. */
  "route",
  /** What was signed had no query, or fewer pairs of it. */
  "query-added",
  /** What was signed had a query, or pairs of it, that did not arrive. */
  "query-lost",
  "query-order",
  "query-escapes",
  /** The token of another account. */
  "account",
  /** The configured token has quotes or a name around it. */
  "token-quotes",
  /** White space or quotes were around the token when it signed. */
  "token-space",
  "token-case",
  /** A shared key signed, but the header that names it didn't arrive. */
  "settings-lost",
  /** A shared key that is configured under another id. */
  "key-id",
  /** A shared key signed, with another algorithm than the one that is named. */
  "algorithm",
  /** A shared key's secret is configured as an auth token. */
  "key-as-token",
  /** Only the address was signed, as for a body of JSON. */
  "json-body",
  /** Only the address was signed, as for a GET request. */
  "body-unsigned",
  /** Plus signs arrived as spaces. */
  "body-plus",
  /** White space, empty values or escapes in the body were changed. */
  "body",
] as const;
export type Cause = (typeof CAUSES)[number];

/** A part of what may have been signed, and what is otherwise in it; nothing where it is as expected. */
export type Variant<T = string> = {
  readonly value: T;
  readonly causes: readonly Cause[];
  /** Tried together with a change in another part, too. */
  readonly isLikely: boolean;
};

/** The variants without those that came before; of the same value the one with the fewest causes stays. */
export function distinct(variants: readonly Variant[]): Variant[] {
  const fewest = new Map<string, Variant>();
  for (const variant of variants) {
    const known = fewest.get(variant.value);
    if (known === undefined || variant.causes.length < known.causes.length)
      fewest.set(variant.value, variant);
  }
  return [...fewest.values()].toSorted(
    (a, b) => a.causes.length - b.causes.length,
  );
}
