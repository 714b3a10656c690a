import { MADE_UP_ACCOUNT } from "../simulation/made-up-account.ts";
import { ConfigError, type Config } from "../config/config.ts";
import { callbackStream } from "../simulation/callback-stream.ts";
import { TOKEN_PLACE } from "../overview/test-command.ts";
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
  type Channel,
} from "../twilio/status.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import { FlagReader, type Flags } from "./flags.ts";
import {
  callDirectly,
  isThisMachine,
  serverOrigin,
} from "../config/own-server.ts";
import { print } from "./output.ts";
import { progressBar } from "./progress-bar.ts";
import { stopSignal } from "./stop-signal.ts";
import { allWentWell, loadReport, whatWentWrong } from "./simulate-report.ts";

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

/** Posts made-up callbacks and says what was answered. Resolves to the exit status. */
export async function simulate(
  settings: SimulateSettings,
  options: SimulateOptions,
): Promise<number> {
  const { accountSid, ...signer } = signerFor(settings, options.signer);
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
  for (const line of whatWentWrong(result)) console.error(line);
  if (signal.aborted) {
    console.error("Interrupted: this is what was answered so far.");
    return INTERRUPTED;
  }
  return allWentWell(result) ? 0 : 1;
}

/** Any key's id will do for a secret that the server tries for every key. */
const MADE_UP_KEY = "webhooks_sharedkey_simulated";

/** What signs, and for which account. Throws ConfigError if nothing is set that could. */
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
    requireFilledIn(SETTINGS.authTokens.name, authToken.token, "auth token");
    return {
      secret: authToken.token,
      accountSid: authToken.accountSid ?? MADE_UP_ACCOUNT,
    };
  }
  if (sharedKey !== undefined && signer !== "token") {
    const { secret, id } = sharedKey;
    requireFilledIn(SETTINGS.sharedKeys.name, secret, "shared key's secret");
    return { secret, keyId: id ?? MADE_UP_KEY, accountSid: MADE_UP_ACCOUNT };
  }
  throw new ConfigError([
    signer === "shared-key"
      ? `${SETTINGS.sharedKeys.name}: is not set; give the same key as the server has.`
      : `${SETTINGS.authTokens.name}: is not set; give the same token as the server has${
          signer === "token"
            ? ""
            : `, or its shared key in ${SETTINGS.sharedKeys.name}`
        }.`,
  ]);
}

function requireFilledIn(name: string, secret: string, what: string): void {
  if (secret === TOKEN_PLACE)
    throw new ConfigError([
      `${name}: still says ${TOKEN_PLACE}; put your ${what} in its place.`,
    ]);
}

/** The exit status of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * A server that knows itself by PUBLIC_URL wants that signed, also when it is called
 * on this machine and not through its proxy.
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

/** What Twilio posts there: a Messaging Service has one URL, of the SMS route, for all its senders. */
function channelsOf(url: string): readonly Channel[] {
  return new URL(url).pathname.endsWith(WEBHOOK_PATHS.whatsapp)
    ? ["whatsapp"]
    : ["sms", "rcs", "messenger"];
}

/** `delivered` or `delivered=95,undelivered=5`: last statuses of messages, with weights. */
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
