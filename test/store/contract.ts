import { describe } from "bun:test";
import { openServerStore } from "../support/open-store.ts";
import { ENGINES } from "./engines.ts";
import type { OpenStore } from "./events.ts";

/**
 * Tests, on each engine, a part of what all must do; see the interface `Store`. Each part
 * is a test file in `contract/`, so that none is forgotten and they run side by side.
 */
export function storeContract(part: (openStore: OpenStore) => void): void {
  describe.each(ENGINES)("$name", ({ newDatabase }) =>
    part(async (options) => {
      const database = await newDatabase();
      const { engine } = database;
      const store = await openServerStore(engine, options);
      let closed = false;
      const close = async () => {
        closed = true;
        await store.close();
      };
      return {
        engine,
        anotherDatabase: newDatabase,
        store: { ...store, close },
        async [Symbol.asyncDispose]() {
          if (!closed) await store.close();
          await database[Symbol.asyncDispose]();
        },
      };
    }),
  );
}
