import { join } from "node:path";
import { readConfig } from "../../src/config/config.ts";
import { listen } from "../../src/server/listen.ts";
import { createLog } from "../../src/log/log.ts";
import { createServer } from "../../src/server/server.ts";
import { openStore } from "./open-store.ts";
import type { ReadingOptions } from "../../src/store/engine.ts";
import { tempDir } from "./temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "./twilio-client.ts";

/**
 * Starts the real server on a free loopback port with its own database, without sign-in.
 * Settings are given as in the environment; `search` limits searches for messages. Hold it
 * with `await using`.
 */
export async function startServer(
  env: Record<string, string> = {},
  now: () => number = Date.now,
  search: ReadingOptions = {},
) {
  const folder = tempDir();
  const config = readConfig({
    flags: {},
    env: {
      TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
      PORT: "0",
      LOG_LEVEL: "silent",
      SIGN_IN: "none",
      DATABASE_URL: join(folder.path, "smsledger.db"),
      ...env,
    },
    isTerminal: false,
  });
  const store = await openStore(config.databaseUrl, search);
  const log = createLog(config.logLevel, config.logFormat);
  const stop = new AbortController();
  const { app, routes } = createServer({
    store,
    config,
    log,
    version: "0.0.0-test",
    now,
    stopping: stop.signal,
  });
  const server = listen(app, config);
  const { origin } = server.url;
  return {
    origin,
    store,
    config,
    app,
    /** The routes that exist with these settings. */
    routes,
    twilio: twilioClient(origin),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.stopGracefully();
      // Elysia's would keep every server in memory.
      process.removeAllListeners("beforeExit");
      await store.close();
      folder[Symbol.dispose]();
    },
  };
}
