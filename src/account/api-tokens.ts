import { createHash, randomBytes } from "node:crypto";
import {
  API_TOKENS_MAX,
  type AddedApiToken,
  type ApiToken,
  type TokenScope,
} from "../store/api-tokens.ts";
import type { Stores } from "../store/stores.ts";
import type { Requester } from "./viewer.ts";

/** The prefix of tokens, so that people and secret scanners recognize them. */
export const TOKEN_START = "smsl_";
const TOKEN = new RegExp(`^${TOKEN_START}[A-Za-z0-9_-]{43}$`);
const TOKEN_BYTES = 32;

export const TOKEN_NAME_LENGTH_MAX = 60;

/** What a token with each scope has access to, in words. */
export const SCOPE_WORDS: Record<TokenScope, string> = {
  read: "masked numbers",
  "read unmasked": "full numbers",
  write: "full numbers and changes",
};

/** 256 random bits, in letters that need no escaping anywhere. */
function randomToken(): string {
  return TOKEN_START + randomBytes(TOKEN_BYTES).toString("base64url");
}

/**
 * Returns the key that a token is stored under: its SHA-256 in hex. A slow hash would
 * only cost time, because nobody can guess 256 bits. Undefined for anything that can't
 * be a token.
 */
export function hashOfToken(token: string): string | undefined {
  return TOKEN.test(token)
    ? createHash("sha256").update(token).digest("hex")
    : undefined;
}

/** Returns what is wrong with a token's name, as a sentence; undefined if nothing is. */
export function tokenNameMistake(name: string): string | undefined {
  if (name.trim() === "")
    return "Give the token a name that says what uses it.";
  if (name.length > TOKEN_NAME_LENGTH_MAX)
    return `A token’s name can have at most ${TOKEN_NAME_LENGTH_MAX} characters.`;
  // Nor invisible characters or ones that change the text direction: people read names.
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(name))
    return "A token’s name can contain only letters, digits, punctuation, and spaces.";
  return undefined;
}

/** Who creates or revokes a token, from where, and when. */
export type TokenDeed = Requester & { readonly at: number };

type Keeping = Pick<Stores, "apiTokens">;

/** A new token, which can't be read again; or why none was created, as a sentence. */
export type CreatedToken =
  { readonly token: string } | { readonly mistake: string };

/**
 * Creates a token. Calls `handOver` with it before storing it: if that throws, no
 * token exists that nobody has.
 */
export async function createToken(
  store: Keeping,
  name: string,
  scope: TokenScope,
  { at, actor, address }: TokenDeed,
  handOver: (token: string) => void = () => undefined,
): Promise<CreatedToken> {
  const mistake = tokenNameMistake(name) ?? (await whyNotAdded(store, name));
  if (mistake !== undefined) return { mistake };
  const token = randomToken();
  handOver(token);
  const added = await store.apiTokens.add({
    name,
    scope,
    hash: hashOfToken(token) ?? "",
    createdBy: actor,
    createdAt: at,
    address,
  });
  return added === "added" ? { token } : { mistake: NOT_ADDED[added] };
}

async function whyNotAdded(
  { apiTokens }: Keeping,
  name: string,
): Promise<string | undefined> {
  const tokens = await apiTokens.list();
  if (tokens.some((each) => each.name === name)) return NOT_ADDED["name taken"];
  return tokens.length < API_TOKENS_MAX ? undefined : NOT_ADDED["too many"];
}

const NOT_ADDED: Record<Exclude<AddedApiToken, "added">, string> = {
  "name taken":
    "A token with this name already exists. Choose another name, or revoke that token first.",
  "too many": `There are already ${API_TOKENS_MAX} tokens, the maximum. Revoke one that nothing uses.`,
};

/** Revokes a token; resolves to whether it existed. */
export function revokeToken(
  store: Keeping,
  { id }: Pick<ApiToken, "id">,
  by: TokenDeed,
): Promise<boolean> {
  return store.apiTokens.remove(id, by);
}
