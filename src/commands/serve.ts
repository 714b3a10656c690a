import type { Config } from "../config.ts";
import { createLog } from "../log.ts";
import { createServer } from "../server.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import { listen } from "../listen.ts";

/** Runs the server until a signal ends it. Resolves to the exit status. */
export async function serve(config: Config, version: string): Promise<number> {
  const log = createLog(config.logLevel, config.logFormat);
  const store = await openSqliteStore(config.databaseFile, (error) => {
    log.fatal(
      { err: error.name },
      "the writing thread ended unexpectedly; stopping, as nothing can be recorded",
    );
    process.exit(1);
  });
  const app = createServer({ store, config, log, version, now: Date.now });
  const server = listen(app, config);
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
  await stopSignal();
  log.info("stopping: answering what is in flight");
  await server.stopGracefully();
  await store.close();
  log.info("stopped");
  return 0;
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        if (stopping) process.exit(1);
        stopping = true;
        resolve();
      });
    }
  });
}
