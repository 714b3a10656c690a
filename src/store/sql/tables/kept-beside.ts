import type { Kysely } from "kysely";
import type { Stores } from "../../stores.ts";
import type { Read } from "../message-reading.ts";
import type { Schema } from "../schema.ts";
import { accountStore, type Write } from "./account-store.ts";
import * as apiTokens from "./api-tokens.ts";
import { auditEntries } from "./audit.ts";
import { refusalStore } from "./refusals.ts";

/** What is kept beside messages, read through one connection and written through another. */
export function keptBeside(
  db: Kysely<Schema>,
  read: Read,
  write: Write,
): Pick<Stores, "accounts" | "apiTokens" | "audit" | "refusals"> {
  return {
    accounts: accountStore(db, read, write),
    audit: {
      add: (entry) => write("addAuditEntry", entry),
      list: (page) => read(() => auditEntries(db, page)),
    },
    refusals: refusalStore(db, read, write),
    apiTokens: {
      add: (token) => write("addApiToken", token),
      list: () => read(() => apiTokens.apiTokens(db)),
      byId: (id) => read(() => apiTokens.apiTokenById(db, id)),
      byHash: (hash) => read(() => apiTokens.apiTokenByHash(db, hash)),
      setLastUsed: (use) => write("setApiTokenLastUsed", use),
      remove: (id, by) => write("removeApiToken", { id, by }),
    },
  };
}
