import type { By } from "./accounts.ts";
import type { AuditEntry } from "./audit.ts";

/**
 * What a token may do. `read` sees phone numbers masked; `read unmasked` sees them whole,
 * even where pages and exports mask them. `write` can also change what the API can change.
 * It sees whole numbers, as it could have every event forwarded anyway.
 */
export type TokenScope = (typeof TOKEN_SCOPES)[number];

export const TOKEN_SCOPES = ["read", "read unmasked", "write"] as const;

/** A token for the JSON API as stored: without the token itself, which nobody can read again. */
export type ApiToken = {
  readonly id: number;
  /** Unique. */
  readonly name: string;
  readonly scope: TokenScope;
  /** A user's name, or `command line`. */
  readonly createdBy: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** To the minute; null before its first use. */
  readonly lastUsedAt: number | null;
};

export type NewApiToken = Pick<
  ApiToken,
  "name" | "scope" | "createdBy" | "createdAt"
> & {
  /** Its SHA-256, in hex. */
  readonly hash: string;
  /** The IP address of whoever creates it; null for the command line. */
  readonly address: string | null;
};

/** A use of a token, with an entry for the audit list if it's worth one. */
export type TokenUse = {
  readonly id: number;
  readonly at: number;
  readonly entry?: AuditEntry | undefined;
};

/** Whether a token was added, or why not: its name is taken, or there are `API_TOKENS_MAX`. */
export type AddedApiToken = "added" | "name taken" | "too many";

/** Each change adds its entry to the audit list in the same transaction. */
export interface ApiTokenStore {
  add(token: NewApiToken): Promise<AddedApiToken>;
  /** By name. */
  list(): Promise<readonly ApiToken[]>;
  byId(id: number): Promise<ApiToken | undefined>;
  /** The token with this SHA-256. */
  byHash(hash: string): Promise<ApiToken | undefined>;
  setLastUsed(use: TokenUse): Promise<void>;
  /** Resolves to whether it existed. */
  remove(id: number, by: By): Promise<boolean>;
}

export const API_TOKENS_MAX = 100;
