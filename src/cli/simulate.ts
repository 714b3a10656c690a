import { MADE_UP_ACCOUNT } from "../simulation/made-up-account.ts";
import { ConfigError, readConfig, type Config } from "../config/config.ts";
import { callbackStream } from "../simulation/callback-stream.ts";
import { oneOf } from "../config/setting-values.ts";
import { SETTINGS } from "../config/settings.ts";
import { runLoad } from "../simulation/load.ts";
import { freshSeed, seededRandom } from "../simulation/random.ts";
import { postCallback, type Signer } from "../simulation/signed-post.ts";
import { parseTarget, type Target } from "../simulation/target.ts";
import type { Outcome } from "../simulation/traffic.ts";
import {
  EVENT_STATUSES,
  isEventStatus,
  CHANNELS,
  type Channel,
} from "../twilio/status.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import { FlagReader, type Flags } from "./flags.ts";
import {
  callDirectly,
  isThisMachine,
  serverOrigin,
} from "../config/own-server.ts";
import { print, say } from "./output.ts";
import { readSecret } from "./password-input.ts";
import { progressBar } from "./progress-bar.ts";
import { stopSignal } from "./stop-signal.ts";
import { allWentWell, loadReport, whatWentWrong } from "./simulate-report.ts";
import { DONE, FAILED } from "./exit-status.ts";

export type SimulateSettings = Pick<
  Config,
  "authTokens" | "sharedKeys" | "publicUrl" | "host" | "port"
>;

export type SimulateOptions = {
  /** Undefined: the SMS webhook of the server that the settings describe. */
  readonly target: Target | undefined;
  readonly rate: number;
  readonly count: number;
  readonly concurrency: number;
  readonly outcomes: readonly Outcome[] | undefined;
  /** Undefined: an auth token if one is set, else a shared key. */
  readonly signer: SignerKind | undefined;
};

const SIGNERS = ["token", "shared-key"] as const;
type SignerKind = (typeof SIGNERS)[number];

/** Reads the flags of `simulate`. Throws ConfigError with all mistakes. */
export function simulateOptions(flags: Flags): SimulateOptions {
  const reader = new FlagReader(flags);
  const options = {
    target: reader.read("url", undefined, parseTarget),
    rate: reader.number("rate", 50, { min: 0.1, max: 10_000 }),
    count: reader.number("count", 1_000, {
      min: 1,
      max: 1_000_000,
      whole: true,
    }),
    concurrency: reader.number("concurrency", 50, {
      min: 1,
      max: 250,
      whole: true,
    }),
    outcomes: reader.read("statuses", undefined, parseOutcomes),
    signer: reader.read("signer", undefined, (text) => oneOf(SIGNERS, text)),
  };
  reader.requireRight();
  return options;
}

/** Posts made-up callbacks and reports the responses. Resolves to the exit status. */
export async function simulate(
  settings: SimulateSettings,
  options: SimulateOptions,
): Promise<number> {
  const { accountSid, ...signer } = signerFor(
    await withSecret(settings, options.signer),
    options.signer,
  );
  const target = signedAsTheServerExpects(
    options.target ?? parseTarget(serverOrigin(settings) + WEBHOOK_PATHS.sms),
    settings.publicUrl,
  );
  const { hostname } = new URL(target.url);
  if (isThisMachine(hostname)) callDirectly(hostname);
  const callbacks = callbackStream(
    seededRandom(freshSeed()),
    {
      accountSid,
      channels: channelsOf(target.url),
      outcomes: options.outcomes,
    },
    Date.now,
  );
  const signal = stopSignal(() => process.exit(INTERRUPTED));
  const bar = progressBar(process.stderr, options.count);
  const result = await runLoad(options, {
    post: () => postCallback(target, signer, callbacks.next().value, signal),
    clock: () => performance.now(),
    signal,
    onAnswer: bar.update,
  });
  bar.end();
  print(loadReport(result, options.rate));
  for (const line of whatWentWrong(result)) say(line);
  if (signal.aborted) {
    say("Interrupted. These are the answers so far.");
    return INTERRUPTED;
  }
  return allWentWell(result) ? DONE : FAILED;
}

/**
 * The settings with something to sign with: where none is set, it's asked for at the
 * terminal. As part of the command, it would stay in the shell's history.
 */
async function withSecret(
  settings: SimulateSettings,
  signer: SignerKind | undefined,
): Promise<SimulateSettings> {
  const { authTokens, sharedKeys } = settings;
  const isSet = authTokens.length + sharedKeys.length > 0;
  if (isSet || !process.stdin.isTTY) return settings;
  const { name } =
    signer === "shared-key" ? SETTINGS.sharedKeys : SETTINGS.authTokens;
  const typed = await readSecret(`${name} of the server (not shown): `);
  const env = { [name]: typed };
  const given = readConfig({ flags: {}, env, isTerminal: false });
  return {
    ...settings,
    authTokens: given.authTokens,
    sharedKeys: given.sharedKeys,
  };
}

/** A secret without an ID is tried for any key, so any ID will do. */
const MADE_UP_KEY = "webhooks_sharedkey_simulated";

/** What to sign with, and for which account. Throws ConfigError if nothing is set. */
function signerFor(
  { authTokens, sharedKeys }: SimulateSettings,
  signer: SignerKind | undefined,
): Signer & { readonly accountSid: string } {
  const [authToken] = authTokens.toSorted(
    (a, b) =>
      Number(a.accountSid !== undefined) - Number(b.accountSid !== undefined),
  );
  const [sharedKey] = sharedKeys;
  if (authToken !== undefined && signer !== "shared-key") {
    return {
      secret: authToken.token,
      accountSid: authToken.accountSid ?? MADE_UP_ACCOUNT,
    };
  }
  if (sharedKey !== undefined && signer !== "token") {
    const { secret, id } = sharedKey;
    return { secret, keyId: id ?? MADE_UP_KEY, accountSid: MADE_UP_ACCOUNT };
  }
  throw new ConfigError([
    signer === "shared-key"
      ? `${SETTINGS.sharedKeys.name}: is not set. Set it to the server's shared key.`
      : `${SETTINGS.authTokens.name}: is not set. Set it to the server's auth token${
          signer === "token"
            ? ""
            : `, or ${SETTINGS.sharedKeys.name} to its shared key`
        }.`,
  ]);
}

/** The exit status of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * A server with PUBLIC_URL expects a signature for that address, also when it's called on
 * this machine without its proxy.
 */
function signedAsTheServerExpects(
  target: Target,
  publicUrl: string | undefined,
): Target {
  const { hostname, pathname, search } = new URL(target.url);
  const path = Object.values(WEBHOOK_PATHS).find((each) =>
    pathname.endsWith(each),
  );
  if (publicUrl === undefined || path === undefined || !isThisMachine(hostname))
    return target;
  return { ...target, signedUrl: publicUrl + path + search };
}

/** What Twilio posts there. A Messaging Service has one URL, of the SMS route, for all its senders. */
function channelsOf(url: string): readonly Channel[] {
  if (new URL(url).pathname.endsWith(WEBHOOK_PATHS.events)) return CHANNELS;
  return new URL(url).pathname.endsWith(WEBHOOK_PATHS.whatsapp)
    ? ["whatsapp"]
    : ["sms", "rcs", "messenger"];
}

/** `delivered` or `delivered=95,undelivered=5`: final statuses of messages, with weights. */
function parseOutcomes(text: string): readonly Outcome[] {
  return text.split(",").map((entry) => {
    const [, word = "", weight = "1"] =
      /^\s*(\w+)(?:=(\d{1,6}(?:\.\d{1,6})?))?\s*$/.exec(entry) ?? [];
    if (!isEventStatus(word) || Number(weight) === 0) {
      throw new Error(
        `must be a list such as delivered=95,undelivered=5; the statuses are ${EVENT_STATUSES.join(", ")}`,
      );
    }
    return { status: word, weight: Number(weight) };
  });
}
