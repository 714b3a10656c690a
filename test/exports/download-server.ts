import { join } from "node:path";
import pino from "pino";
import { readConfig } from "../../src/config/config.ts";
import { listen } from "../../src/server/listen.ts";
import { createServer } from "../../src/server/server.ts";
import { openStore } from "../support/open-store.ts";
import type { Stores } from "../../src/store/stores.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Runs before each read of messages: it can wait or throw. */
type BeforeReading = () => Promise<void>;

/**
 * Starts the real server and counts its reads of messages, which can be delayed or made to
 * fail. With `isEndless`, a search finds nothing and never ends.
 */
export async function startDownloadServer({ isEndless = false } = {}) {
  const folder = tempDir();
  const config = readConfig({
    flags: {},
    env: {
      PORT: "0",
      SIGN_IN: "none",
      DATABASE_URL: join(folder.path, "smsledger.db"),
    },
    isTerminal: false,
  });
  const whole = await openStore(config.databaseUrl);
  let beforeReading: BeforeReading = () => Promise.resolve();
  let readings = 0;
  const store: Stores = {
    ...whole,
    async *everyMessageNewestFirst(filter) {
      do {
        for await (const messages of whole.everyMessageNewestFirst(filter)) {
          readings++;
          await beforeReading();
          yield isEndless ? [] : messages;
        }
      } while (isEndless);
    },
  };
  const logged: string[] = [];
  const { app } = createServer({
    store,
    config,
    log: pino({}, { write: (line: string) => void logged.push(line) }),
    version: "0.0.0-test",
    now: Date.now,
    stopping: new AbortController().signal,
  });
  const server = listen(app, config);
  return {
    store,
    /** Log lines. */
    logged,
    /** How often messages were read. */
    readings: () => readings,
    beforeReading(what: BeforeReading) {
      beforeReading = what;
    },
    get: (path: string, init: RequestInit = {}) =>
      fetch(server.url.origin + path, init),
    async [Symbol.asyncDispose]() {
      await server.stopNow();
      await whole.close();
      folder[Symbol.dispose]();
    },
  };
}

/** Waits for the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
