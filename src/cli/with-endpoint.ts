import type { Config } from "../config/config.ts";
import { nameKey, type By } from "../store/accounts.ts";
import type { Endpoint } from "../store/endpoints.ts";
import type { CommandStores } from "../store/engine.ts";
import { openEngine } from "../store/open.ts";
import { FAILED } from "./exit-status.ts";
import { say } from "./output.ts";

type Database = Pick<Config, "databaseUrl">;

/** Who the audit list names for what a command changes. */
export function byCommand(): By {
  return { at: Date.now(), actor: "command line", address: null };
}

export async function withStores(
  { databaseUrl }: Database,
  work: (stores: CommandStores) => Promise<number>,
): Promise<number> {
  const stores = await openEngine(databaseUrl).openForCommand();
  try {
    return await work(stores);
  } finally {
    await stores.close();
  }
}

/** Works on the endpoint with this name or id, if there is one. Resolves to the exit status. */
export function withEndpoint(
  database: Database,
  text: string,
  work: (stores: CommandStores, endpoint: Endpoint) => Promise<number>,
): Promise<number> {
  return withStores(database, async (stores) => {
    const all = await stores.endpoints.list();
    const endpoint = all.find(({ id, name }) =>
      /^\d+$/.test(text)
        ? id === Number(text)
        : nameKey(name) === nameKey(text),
    );
    if (endpoint !== undefined) return work(stores, endpoint);
    say("No endpoint has this name or ID. smsledger endpoint list shows them.");
    return FAILED;
  });
}
