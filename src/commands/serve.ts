import type { Config } from "../config.ts";
import { listen, type Listening } from "../listen.ts";
import { createLog, type Log } from "../log.ts";
import { createServer } from "../server.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import { aborted, stopSignal } from "./stop-signal.ts";

/** Within this time from the signal the process ends, whatever is stuck. */
const STOP_LIMIT_MS = 9_500;

/** Runs the server until a signal ends it. Resolves to the exit status. */
export async function serve(config: Config, version: string): Promise<number> {
  const signal = stopSignal();
  const log = createLog(config.logLevel, config.logFormat);
  const store = await openSqliteStore(config.databaseFile, (error) => {
    log.fatal(
      { err: error.name },
      "the writing thread ended unexpectedly; stopping, as nothing can be recorded",
    );
    process.exit(1);
  });
  const server = await start(config, version, store, log, signal);
  await aborted(signal);
  log.info("stopping: answering what is in flight");
  const limit = setTimeout(() => {
    log.error(
      "the disk did not answer in time; stopped without waiting for it",
    );
    process.exit(1);
  }, STOP_LIMIT_MS);
  await server.stopGracefully();
  await store.close();
  clearTimeout(limit);
  log.info("stopped");
  return 0;
}

async function start(
  config: Config,
  version: string,
  store: Store,
  log: Log,
  stopping: AbortSignal,
): Promise<Listening> {
  const now = Date.now;
  const app = createServer({ store, config, log, version, now, stopping });
  let server: Listening;
  try {
    server = listen(app, config);
  } catch (error) {
    await store.close();
    throw error;
  }
  log.info(
    { version, database: config.databaseFile },
    `listening on ${server.url.origin}`,
  );
  if (config.authTokens.length === 0) {
    log.warn(
      "TWILIO_WEBHOOK_AUTH_TOKEN is not set: callbacks are answered 503 until it is. " +
        "Copy the auth token from the Twilio Console, set it, and restart.",
    );
  }
  return server;
}
