import { hostname } from "node:os";
import { resolve } from "node:path";
import type { AnyElysia } from "elysia";
import {
  newSetupCode,
  requireLoopbackFirst,
  requireUserBeyondLoopback,
} from "../server/first-user.ts";
import { isPostgresUrl } from "../config/setting-values.ts";
import { isOpenToThisMachine } from "../http/peer.ts";
import type { Config } from "../config/config.ts";
import { failureOf } from "../log/failure.ts";
import { listen, type Listening } from "../server/listen.ts";
import { createLog, flushLog, type Log } from "../log/log.ts";
import { openEngine } from "../store/open.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import { latestBackupIn } from "../upkeep/scheduled-backup.ts";
import { doChores } from "./chores.ts";
import { aborted, endNow, stopSignal } from "./stop-signal.ts";
import { DONE } from "./exit-status.ts";

/** The process ends within this time after the signal, whatever is stuck. */
const STOP_LIMIT_MS = 9_500;

/** How long a stopping server waits for its log to be read. */
const LOG_FLUSH_MS = 500;

/** Runs the server until a signal ends it. Resolves to the exit status. */
export async function serve(config: Config, version: string): Promise<number> {
  const signal = stopSignal(endNow);
  const log = createLog(config.logLevel, config.logFormat);
  const { backupFolder } = config;
  const { store, opened } = openEngine(
    config.databaseUrl,
    config.databaseUrlFile,
  ).openForServer({
    onFault: (fault) => log.error(fault.failure, fault.message),
    latestBackup: () => backupFolder && latestBackupIn(resolve(backupFolder)),
    onCreate: () => requireLoopbackFirst(config),
    onUpgrade: (from, to) =>
      log.info(
        `upgrading the database from schema ${from} to ${to}; with millions of messages this takes minutes, and the server listens once it's done`,
      ),
    onRestricted: (reason) => log.warn(reason),
  });
  surviveMistakes(log);
  // The routes are made while the writing thread opens the database.
  const making = import("../server/server.ts").then(({ createServer }) =>
    createServer({
      store,
      config,
      log,
      version,
      now: Date.now,
      stopping: signal,
    }),
  );
  const [{ app }] = await Promise.all([making, opened]);
  const server = await start(app, config, version, store, log);
  const chores = doChores({ config, store, log, version, stopping: signal });
  await aborted(signal);
  log.info(
    { reason: String(signal.reason) },
    "stopping: answering the requests in flight",
  );
  const limit = setTimeout(() => {
    log.error("the disk didn't answer in time; stopped without waiting for it");
    endNow();
  }, STOP_LIMIT_MS);
  await server.stopGracefully();
  await chores;
  await store.close();
  clearTimeout(limit);
  log.info("stopped");
  await flushLog(LOG_FLUSH_MS);
  return DONE;
}

/** An error in background work must not end the receiver of callbacks. */
function surviveMistakes(log: Log): void {
  const survive = (error: unknown): void =>
    log.error(
      failureOf(error),
      "an unexpected error; the server keeps running",
    );
  process.on("uncaughtException", survive);
  process.on("unhandledRejection", survive);
}

/** See `requireUserBeyondLoopback`. While a ledger is being copied here, nobody can see pages. */
async function isUserMissing(
  { accounts }: Stores,
  config: Config,
): Promise<boolean> {
  try {
    return await requireUserBeyondLoopback(accounts, config);
  } catch (error) {
    if (error instanceof StoreUnavailable) return false;
    throw error;
  }
}

async function start(
  app: AnyElysia,
  config: Config,
  version: string,
  store: Stores,
  log: Log,
): Promise<Listening> {
  let server: Listening;
  let isFirstUserMissing: boolean;
  try {
    isFirstUserMissing = await isUserMissing(store, config);
    server = listen(app, config);
  } catch (error) {
    await store.close();
    throw error;
  }
  log.info(
    { version, database: store.database.place },
    `listening on ${server.url.origin}`,
  );
  if (config.authTokens.length === 0 && config.sharedKeys.length === 0) {
    log.warn(
      `TWILIO_WEBHOOK_AUTH_TOKEN is not set, so callbacks are answered 503. Copy the auth token from the Twilio Console, ${
        process.env["TWILIO_AUTH_TOKEN"] === undefined
          ? "set it"
          : "set it under this name, which isn't TWILIO_AUTH_TOKEN"
      }, and restart. If Twilio signs with a shared key, set TWILIO_WEBHOOK_SHARED_KEYS instead.`,
    );
  }
  if (config.publicUrl === undefined && config.trustedProxies === undefined) {
    log.info(
      `PUBLIC_URL is not set, and Twilio can't reach ${server.url.origin}. Set it to the address of your HTTPS proxy. ` +
        `To try it on a laptop, run a tunnel, such as cloudflared tunnel --url ${server.url.origin}, and set PUBLIC_URL to the address that it prints.`,
    );
  }
  if (isOpenToThisMachine(config)) {
    log.warn(
      "TRUSTED_PROXIES includes loopback, so every program on this machine can sign in as any user. " +
        "Set SIGN_IN_SECRET to let in only the proxy.",
    );
  }
  if (isFirstUserMissing) await logSetupLink(store, config, server, log);
  return server;
}

/** Logs the link that creates the first user, at PUBLIC_URL if it's set. */
async function logSetupLink(
  { accounts }: Stores,
  { publicUrl, databaseUrl }: Config,
  server: Listening,
  log: Log,
): Promise<void> {
  try {
    const { createUrls } = await import("../site/urls.ts");
    const node = isPostgresUrl(databaseUrl)
      ? `${hostname()}:${server.url.port}`
      : "";
    const code = await newSetupCode(accounts, node);
    const { origin } = new URL(publicUrl ?? server.url.origin);
    const link = origin + createUrls(publicUrl).setup(code);
    log.warn(
      `no user exists yet; create the first one at ${link} (the link works once)`,
    );
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    log.warn(
      { reason: error.message },
      "no user exists yet, and the link to create one couldn't be stored; restart, or run smsledger user add",
    );
  }
}
