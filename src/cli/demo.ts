import { say } from "./output.ts";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, readConfig, type Config } from "../config/config.ts";
import { AddressInUse, listen, type Listening } from "../server/listen.ts";
import { createLog } from "../log/log.ts";
import { createServer } from "../server/server.ts";
import { runFeed } from "../simulation/feed.ts";
import { planHistory, type TimedCallback } from "../simulation/history.ts";
import { MADE_UP_ACCOUNT } from "../simulation/made-up-account.ts";
import { freshSeed, seededRandom } from "../simulation/random.ts";
import { recordHistory } from "../simulation/record-history.ts";
import { postCallback } from "../simulation/signed-post.ts";
import { parseTarget } from "../simulation/target.ts";
import { openEngine } from "../store/open.ts";
import { StoreUnusable } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import { callDirectly, isThisMachine } from "../config/own-server.ts";
import { doChores } from "./chores.ts";
import { stopSignal } from "./stop-signal.ts";
import { DONE } from "./exit-status.ts";

const HISTORY_MS = 7 * 24 * 3_600_000;
const HISTORY_MESSAGES = 6_000;
/** Ports above a busy one that are tried. */
const PORTS_TRIED = 20;

export type DemoSettings = Pick<Config, "host" | "port" | "masksNumbers">;

/**
 * Runs a server with made-up messages until a signal ends it: a week of history, then
 * a feed of callbacks, signed and posted to itself as Twilio does. Its database is in
 * a temporary folder that is removed at the end. Resolves to the exit status.
 */
export async function demo(
  settings: DemoSettings,
  version: string,
): Promise<number> {
  if (!isThisMachine(settings.host))
    throw new ConfigError([
      "HOST: must be a loopback address such as 127.0.0.1, because the demo has no sign-in.",
    ]);
  const signal = stopSignal();
  const folder = temporaryFolder();
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

  const config = demoConfig(settings, join(folder, "demo.db"));
  const { store, opened } = openEngine(config.databaseUrl).openForServer({
    onFault() {
      say("The demo's database failed, so the demo has ended.");
      process.exit(1);
    },
  });
  await opened;
  try {
    await run(config, store, version, signal);
  } finally {
    await store.close();
  }
  return DONE;
}

async function run(
  config: Config,
  store: Stores,
  version: string,
  signal: AbortSignal,
): Promise<void> {
  const random = seededRandom(freshSeed());
  const now = Date.now();
  const history = planHistory(random, {
    accountSid: MADE_UP_ACCOUNT,
    from: now - HISTORY_MS,
    to: now,
    messages: HISTORY_MESSAGES,
  });
  const isPast = (callback: TimedCallback): boolean => callback.at <= now;
  await recordHistory(store, history.filter(isPast), signal);
  if (signal.aborted) return;

  const log = createLog("warn", "pretty");
  const { app } = createServer({
    store,
    config,
    log,
    version,
    now: Date.now,
    stopping: signal,
  });
  const server = listenNear(config, (address) => listen(app, address));
  console.log(welcome(server.url.origin, config.port));
  const chores = doChores({ config, store, log, version, stopping: signal });
  callDirectly(server.url.hostname);
  const [{ token } = { token: "" }] = config.authTokens;
  const targets = {
    sms: parseTarget(server.url.origin + WEBHOOK_PATHS.sms),
    whatsapp: parseTarget(server.url.origin + WEBHOOK_PATHS.whatsapp),
  };
  await runFeed({
    random,
    now: Date.now,
    accountSid: MADE_UP_ACCOUNT,
    pending: history.filter((each) => !isPast(each)),
    post: (callback) =>
      postCallback(
        targets[callback.route],
        { secret: token },
        callback,
        signal,
      ).catch(() => undefined),
    signal,
  });
  await server.stopNow();
  await chores;
}

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "smsledger-demo-"));
  } catch (error) {
    throw new StoreUnusable(
      "Can't create a temporary folder. Check TMPDIR and its permissions.",
      { cause: error },
    );
  }
}

/** The settings of the demo's own server; only these few come from the environment. */
function demoConfig(
  { host, port, masksNumbers }: DemoSettings,
  databaseUrl: string,
): Config {
  return readConfig({
    flags: {},
    env: {
      TWILIO_WEBHOOK_AUTH_TOKEN: randomBytes(16).toString("hex"),
      // The data is made up, and the pages are for this machine only.
      SIGN_IN: "none",
      HOST: host,
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      MASK_NUMBERS: String(masksNumbers),
      DELIVERY_TARGET: "95",
    },
    isTerminal: true,
  });
}

/** Listens on the port, or else on the next one that is free. */
function listenNear(
  { host, port }: Config,
  listenOn: (address: Pick<Config, "host" | "port">) => Listening,
): Listening {
  const last = Math.min(port + PORTS_TRIED, 65_535);
  for (let tried = port; ; tried++) {
    try {
      return listenOn({ host, port: tried });
    } catch (error) {
      if (!(error instanceof AddressInUse) || tried === last) throw error;
    }
  }
}

function welcome(origin: string, portAsked: number): string {
  const isOther = portAsked !== 0 && new URL(origin).port !== String(portAsked);
  return `${isOther ? `Port ${portAsked} is in use, so this is the next free one.\n` : ""}
  Open ${origin}

This is smsledger with made-up messages: a week of them, and new ones all the time,
signed and posted the way Twilio does. Nothing leaves this machine. Stop it with
Ctrl-C; nothing is kept.
`;
}
