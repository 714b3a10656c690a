import { readFileSync } from "node:fs";
import type { BlockList } from "node:net";
import {
  cidrList,
  databaseFile,
  loopbackHost,
  oneOf,
  port,
  publicUrl,
  trueOrFalse,
} from "./setting-values.ts";
import { parseAuthTokens, type AuthToken } from "./twilio/auth-tokens.ts";

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = "json" | "pretty";

export type Config = {
  /** Empty: callbacks are answered 503. */
  readonly authTokens: readonly AuthToken[];
  /** The file that they came from, as it was given; undefined when they came from elsewhere. */
  readonly authTokensFile: string | undefined;
  /** Scheme, host and base path of the address Twilio calls, without a slash at the end. */
  readonly publicUrl: string | undefined;
  readonly host: string;
  readonly port: number;
  /** The SQLite database's file. */
  readonly databaseFile: string;
  /** Peers whose `X-Forwarded-Proto` and `X-Forwarded-Host` are believed; undefined for none. */
  readonly trustedProxies: BlockList | undefined;
  /** Pages and exports show phone numbers masked. */
  readonly masksNumbers: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
};

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** One setting. `parse` throws an Error whose message completes "NAME: …" and never repeats the value. */
type Setting<T> = {
  readonly name: string;
  /** Flags of secrets take a file, so that no secret shows in the list of processes. */
  readonly secret?: true;
  readonly placeholder: string;
  readonly default: string | undefined;
  /** As help and README show the default, where it is not a plain value. */
  readonly defaultText?: string;
  readonly help: string;
  readonly parse: (text: string) => T;
};

/** Every setting: `--help`, the README's table and the checks come from here. */
export const SETTINGS = {
  authTokens: setting({
    name: "TWILIO_WEBHOOK_AUTH_TOKEN",
    secret: true,
    placeholder: "token",
    default: undefined,
    help:
      "Auth token of the Twilio account, as its Console shows it. Several with commas between them; " +
      "AC…=token binds one to an account. Without it callbacks are answered 503.",
    parse: parseAuthTokens,
  }),
  publicUrl: setting({
    name: "PUBLIC_URL",
    placeholder: "url",
    default: undefined,
    help:
      "The address that Twilio calls, e.g. https://sms.example.com. A path in it is the base path of every " +
      "route and link.",
    parse: publicUrl,
  }),
  host: setting({
    name: "HOST",
    placeholder: "address",
    default: "127.0.0.1",
    help: "Address to listen on. Only loopback addresses, as there is no sign-in yet.",
    parse: loopbackHost,
  }),
  port: setting({
    name: "PORT",
    placeholder: "number",
    default: "3000",
    help: "Port to listen on; 0 picks a free one.",
    parse: port,
  }),
  databaseFile: setting({
    name: "DATABASE_URL",
    placeholder: "file",
    default: "./data/smsledger.db",
    help: "The SQLite database's file. It is made, with its folder, when it does not exist.",
    parse: databaseFile,
  }),
  trustedProxies: setting({
    name: "TRUSTED_PROXIES",
    placeholder: "cidr,…",
    default: undefined,
    help:
      "Addresses or CIDR ranges of proxies whose X-Forwarded-Proto and X-Forwarded-Host are believed. " +
      "Not needed with PUBLIC_URL.",
    parse: cidrList,
  }),
  masksNumbers: setting({
    name: "MASK_NUMBERS",
    placeholder: "true|false",
    default: "false",
    help:
      "true shows and exports phone numbers with all but their beginning and last two digits hidden, also within " +
      "posted values and tags. In tags, short numbers and dates stay: a run of digits is masked from ten digits on, " +
      "with a plus or separators, or when it is the message's own number. The database keeps all whole.",
    parse: trueOrFalse,
  }),
  logLevel: setting({
    name: "LOG_LEVEL",
    placeholder: "level",
    default: "info",
    help: `One of ${LOG_LEVELS.join(", ")}. Each callback is logged at debug.`,
    parse: (text) => oneOf(LOG_LEVELS, text),
  }),
  logFormat: setting({
    name: "LOG_FORMAT",
    placeholder: "format",
    default: undefined,
    defaultText: "json; pretty on a terminal",
    help: "json or pretty.",
    parse: (text) => oneOf(["json", "pretty"] as const, text),
  }),
};

/** What the settings may be given by: flags by their long name, and the environment. */
export type ConfigSources = {
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
};

/** Every mistake in the settings, a sentence each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join("\n"));
  }
}

/**
 * The flag of a setting, without dashes: `PUBLIC_URL` has `public-url`, and the
 * secret `TWILIO_WEBHOOK_AUTH_TOKEN` has `twilio-webhook-auth-token-file`.
 */
export function flagOf({
  name,
  secret,
}: {
  readonly name: string;
  readonly secret?: true;
}): string {
  return name.toLowerCase().replaceAll("_", "-") + (secret ? "-file" : "");
}

/** Reads all settings: flag over environment over default. Throws ConfigError with all mistakes at once. */
export function readConfig({ flags, env, isTerminal }: ConfigSources): Config {
  const mistakes: string[] = [];
  const read = <T>(each: Setting<T>): T | undefined => {
    try {
      const text = given(each, flags, env) ?? each.default;
      return text === undefined ? undefined : each.parse(text);
    } catch (error) {
      mistakes.push(
        `${each.name}: ${error instanceof Error ? error.message : "cannot be read"}.`,
      );
      return undefined;
    }
  };
  const authTokens = read(SETTINGS.authTokens) ?? [];
  const publicUrlRead = read(SETTINGS.publicUrl);
  const host = read(SETTINGS.host);
  const portRead = read(SETTINGS.port);
  const databaseFileRead = read(SETTINGS.databaseFile);
  const trustedProxies = read(SETTINGS.trustedProxies);
  const masksNumbers = read(SETTINGS.masksNumbers);
  const logLevel = read(SETTINGS.logLevel);
  const logFormat =
    read(SETTINGS.logFormat) ?? (isTerminal ? "pretty" : "json");
  if (
    mistakes.length > 0 ||
    host === undefined ||
    portRead === undefined ||
    databaseFileRead === undefined ||
    masksNumbers === undefined ||
    logLevel === undefined
  ) {
    throw new ConfigError(mistakes);
  }
  return {
    authTokens,
    authTokensFile: secretFile(SETTINGS.authTokens, flags, env),
    publicUrl: publicUrlRead,
    host,
    port: portRead,
    databaseFile: databaseFileRead,
    trustedProxies,
    masksNumbers,
    logLevel,
    logFormat,
  };
}

/** What was given for a setting; an empty text counts as not given, as compose files write it so. */
function given(
  each: { readonly name: string; readonly secret?: true },
  flags: ConfigSources["flags"],
  env: ConfigSources["env"],
): string | undefined {
  const flag = flags[flagOf(each)];
  if (!each.secret) return flag || env[each.name] || undefined;
  const file = secretFile(each, flags, env);
  if (!flag && file && env[each.name]) {
    throw new Error(`is given twice, also as ${each.name}_FILE; remove one`);
  }
  if (!file) return env[each.name] || undefined;
  const text = readSecret(file).trim();
  if (text === "") throw new Error("its file is empty");
  return text;
}

function secretFile(
  each: { readonly name: string; readonly secret?: true },
  flags: ConfigSources["flags"],
  env: ConfigSources["env"],
): string | undefined {
  return flags[flagOf(each)] || env[`${each.name}_FILE`] || undefined;
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Error("its file cannot be read");
  }
}

function setting<T>(each: Setting<T>): Setting<T> {
  return each;
}
