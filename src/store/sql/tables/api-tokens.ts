import type { By } from "../../accounts.ts";
import {
  API_TOKENS_MAX,
  TOKEN_SCOPES,
  type AddedApiToken,
  type ApiToken,
  type NewApiToken,
  type TokenScope,
  type TokenUse,
} from "../../api-tokens.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";

export async function addApiToken(
  db: Db,
  token: NewApiToken,
): Promise<AddedApiToken> {
  const { name, hash, scope, createdBy, createdAt, address } = token;
  const known = await db.selectFrom("api_tokens").select("name").execute();
  if (known.some((each) => each.name === name)) return "name taken";
  if (known.length >= API_TOKENS_MAX) return "too many";
  await db
    .insertInto("api_tokens")
    .values({
      name,
      hash,
      scope: TOKEN_SCOPES.indexOf(scope),
      created_by: createdBy,
      created_at: createdAt,
    })
    .execute();
  const by = { at: createdAt, actor: createdBy, address };
  await note(db, by, `created the ${SCOPE_NOTES[scope]} API token`, name);
  return "added";
}

/** What the audit list calls a token with each scope. */
const SCOPE_NOTES: Record<TokenScope, string> = {
  read: "masked",
  "read unmasked": "unmasked",
  write: "read-write",
};

/** Returns whether there was one. */
export async function removeApiToken(
  db: Db,
  id: number,
  by: By,
): Promise<boolean> {
  const removed = await db
    .deleteFrom("api_tokens")
    .where("id", "=", id)
    .returning("name")
    .executeTakeFirst();
  if (removed === undefined) return false;
  await note(db, by, "revoked the API token", removed.name);
  return true;
}

function note(db: Db, by: By, action: string, subject: string): Promise<void> {
  return addAuditEntry(db, { kind: "change", ...by, action, subject });
}

export async function setApiTokenLastUsed(
  db: Db,
  { id, at, entry }: TokenUse,
): Promise<void> {
  await db
    .updateTable("api_tokens")
    .set({ last_used_at: at })
    .where("id", "=", id)
    .execute();
  if (entry !== undefined) await addAuditEntry(db, entry);
}

export async function apiTokens(db: Db): Promise<ApiToken[]> {
  return (await selectTokens(db).orderBy("name").execute()).map(tokenOf);
}

export async function apiTokenById(
  db: Db,
  id: number,
): Promise<ApiToken | undefined> {
  const row = await selectTokens(db).where("id", "=", id).executeTakeFirst();
  return row && tokenOf(row);
}

export async function apiTokenByHash(
  db: Db,
  hash: string,
): Promise<ApiToken | undefined> {
  const row = await selectTokens(db)
    .where("hash", "=", hash)
    .executeTakeFirst();
  return row && tokenOf(row);
}

function selectTokens(db: Db) {
  return db
    .selectFrom("api_tokens")
    .select([
      "id",
      "name",
      "scope",
      "created_by",
      "created_at",
      "last_used_at",
    ]);
}

type TokenRecord = Awaited<
  ReturnType<ReturnType<typeof selectTokens>["execute"]>
>[number];

function tokenOf(row: TokenRecord): ApiToken {
  return {
    id: row.id,
    name: row.name,
    // A scope is stored as its place; the lesser one for an unknown number.
    scope: TOKEN_SCOPES[row.scope] ?? "read",
    createdBy: row.created_by,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
