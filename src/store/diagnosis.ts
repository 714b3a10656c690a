/** What was different when a callback was signed from when it was checked. */
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
  /** A form was signed, as of a status callback, where JSON is expected. */
  "form-body",
  /** Only the address was signed, as for a GET request. */
  "body-unsigned",
  /** Plus signs arrived as spaces. */
  "body-plus",
  /** White space, empty values or escapes in the body were changed. */
  "body",
] as const;
export type Cause = (typeof CAUSES)[number];

/** The shared key that a callback says signed it; nothing proves it. */
export type ClaimedKey = {
  /** Null if it names none, or more than may be kept. */
  readonly id: string | null;
  /** Whether any configured secret was tried for it. */
  readonly isTried: boolean;
  readonly hasKnownAlgorithm: boolean;
};

/** What would have matched a signature. */
export type Explanation = {
  readonly outcome: "explained";
  /** What was different when it was signed. */
  readonly causes: readonly Cause[];
  /** The address that was signed, without its query. */
  readonly signedUrl: string;
  /** The PUBLIC_URL with which the address would have been the signed one; null if changing it wouldn't help. */
  readonly publicUrl: string | null;
  /** The account that the signing token is bound to; null when it is bound to none. */
  readonly boundTo: string | null;
  /** The id that the signing shared key is configured under. */
  readonly keyId?: string;
  /** The account that the callback names; only if another account's token signed it. */
  readonly named?: string | null;
  /** The shared key that the callback names, where the cause is how the key is configured. */
  readonly namedKey?: string | null;
};

/** Nothing would have matched, or there is no signature of Twilio's form. */
export type Unexplained = {
  readonly outcome: "unexplained" | "misshapen";
  /** What the advice depends on; kept with a refusal. */
  readonly arrived?: Arrived;
  /**
   * When a callback of that account was proven, milliseconds since 1970. Not kept, but
   * looked up when the refusal is shown; undefined for never.
   */
  readonly accountProvenAt?: number | undefined;
};

export type Arrived = {
  /** The SID of the account that it names; null for none. */
  readonly account: string | null;
  /** The shared key that it names. */
  readonly key?: ClaimedKey;
  readonly hasQuery: boolean;
  readonly hasBody: boolean;
};

/** What would have matched, or that nothing would. */
export type Diagnosis = Explanation | Unexplained;
