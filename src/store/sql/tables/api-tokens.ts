import type { Database } from "bun:sqlite";
import type { Kysely } from "kysely";
import type { By } from "../../accounts.ts";
import {
  API_TOKENS_MAX,
  TOKEN_SCOPES,
  type AddedApiToken,
  type ApiToken,
  type NewApiToken,
  type TokenUse,
} from "../../api-tokens.ts";
import { addAuditEntry } from "./audit.ts";
import type { Schema } from "../schema.ts";

export function addApiToken(db: Database, token: NewApiToken): AddedApiToken {
  const { name, hash, scope, createdBy, createdAt, address } = token;
  const isTaken = db.query("SELECT 1 FROM api_tokens WHERE name = ?").get(name);
  if (isTaken !== null) return "name taken";
  const { changes } = db
    .query(
      `INSERT INTO api_tokens (name, hash, scope, created_by, created_at)
         SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM api_tokens) < ?`,
    )
    .run(
      name,
      hash,
      TOKEN_SCOPES.indexOf(scope),
      createdBy,
      createdAt,
      API_TOKENS_MAX,
    );
  if (changes === 0) return "too many";
  const by = { at: createdAt, actor: createdBy, address };
  const shown = scope === "read" ? "masked" : "unmasked";
  note(db, by, `created the ${shown} API token`, name);
  return "added";
}

/** Whether there was one. */
export function removeApiToken(
  db: Database,
  { id, by }: { readonly id: number; readonly by: By },
): boolean {
  const removed = db
    .query<{ name: string }, [number]>(
      "DELETE FROM api_tokens WHERE id = ? RETURNING name",
    )
    .get(id);
  if (removed === null) return false;
  note(db, by, "revoked the API token", removed.name);
  return true;
}

function note(db: Database, by: By, action: string, subject: string): void {
  addAuditEntry(db, { kind: "change", ...by, action, subject });
}

export function setApiTokenLastUsed(
  db: Database,
  { id, at, entry }: TokenUse,
): void {
  db.query("UPDATE api_tokens SET last_used_at = ? WHERE id = ?").run(at, id);
  if (entry !== undefined) addAuditEntry(db, entry);
}

export async function apiTokens(db: Kysely<Schema>): Promise<ApiToken[]> {
  return (await selectTokens(db).orderBy("name").execute()).map(tokenOf);
}

export async function apiTokenById(
  db: Kysely<Schema>,
  id: number,
): Promise<ApiToken | undefined> {
  const row = await selectTokens(db).where("id", "=", id).executeTakeFirst();
  return row && tokenOf(row);
}

export async function apiTokenByHash(
  db: Kysely<Schema>,
  hash: string,
): Promise<ApiToken | undefined> {
  const row = await selectTokens(db)
    .where("hash", "=", hash)
    .executeTakeFirst();
  return row && tokenOf(row);
}

function selectTokens(db: Kysely<Schema>) {
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
    // The lesser one for a number never written.
    scope: TOKEN_SCOPES[row.scope] ?? "read",
    createdBy: row.created_by,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
