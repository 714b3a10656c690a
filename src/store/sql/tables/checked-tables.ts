import type { DatabaseCheck } from "../../engine.ts";
import type { Db } from "../dialect.ts";
import { upkeepState } from "./upkeep-notes.ts";
import { users } from "./visitors.ts";

/** What `doctor` reports of the tables beside messages, read the way the pages read them. */
export async function checkedTables(
  db: Db,
): Promise<Pick<DatabaseCheck, "users" | "upkeep" | "endpoints">> {
  const all = await users(db);
  return {
    users: {
      withPassword: all.filter(({ hasPassword }) => hasPassword).length,
      admins: all.filter(({ role }) => role === "admin").length,
    },
    upkeep: await upkeepState(db),
    endpoints: await db
      .selectFrom("endpoints")
      .select(["name", "filter", "state"])
      .orderBy("name_key")
      .execute(),
  };
}
