import { describe } from "bun:test";
import { openServerStore } from "../support/open-store.ts";
import { ENGINES } from "./engines.ts";
import type { OpenStore } from "./events.ts";
import { readingSettled } from "./settled.ts";
import { runsOf } from "../support/long-runs.ts";

/**
 * Tests, on each engine, a part of what all must do; see the interface `Store`. Each part
 * is a test file in `contract/`, so that none is forgotten and they run side by side. `runs`
 * returns how many cases of a property are tried on an engine, of those that SQLite gets.
 */
export function storeContract(
  part: (openStore: OpenStore, runs: (count: number) => number) => void,
): void {
  describe.each(ENGINES)("$name", ({ newDatabase, newLedger, shareOfRuns }) =>
    part(
      async (options) => {
        const database = await newLedger();
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
          store: readingSettled({ ...store, close }),
          async [Symbol.asyncDispose]() {
            if (!closed) await store.close();
            await database[Symbol.asyncDispose]();
          },
        };
      },
      (count) => runsOf(Math.ceil(count * shareOfRuns)),
    ),
  );
}
