import type { Engine, ServerOptions } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";
import type { Stores } from "../../src/store/stores.ts";

/** Opens a database as a server does; a fault that the store survives fails the test. */
export function openStore(
  databaseUrl: string,
  options: Partial<ServerOptions> = {},
): Promise<Stores> {
  return openServerStore(openEngine(databaseUrl), options);
}

/** Does the same for an engine's database. */
export async function openServerStore(
  engine: Engine,
  options: Partial<ServerOptions> = {},
): Promise<Stores> {
  const { store, opened } = engine.openForServer({
    onFault(fault) {
      throw fault;
    },
    ...options,
  });
  await opened;
  return store;
}
