import { readFileSync } from "node:fs";
import type { BlockList } from "node:net";
import {
  cidrList,
  databaseFile,
  headerName,
  isLoopback,
  listenHost,
  oneOf,
  port,
  publicUrl,
  secretToken,
  trueOrFalse,
  wholeNumber,
} from "./setting-values.ts";
import { parseAuthTokens, type AuthToken } from "./twilio/auth-tokens.ts";

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = "json" | "pretty";
export type SignIn = (typeof SIGN_INS)[number];

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
  /** Peers whose `X-Forwarded-*` headers and sign-in header are believed; undefined for none. */
  readonly trustedProxies: BlockList | undefined;
  /** How the pages' users prove who they are; with `none` they are answered to this machine only. */
  readonly signIn: SignIn;
  /** With `signIn` proxy: the header in which a trusted proxy names the user, in small letters. */
  readonly signInHeader: string;
  /** Bearer token for `/metrics`; undefined: only this machine may read it. */
  readonly metricsToken: string | undefined;
  /** Days that messages are kept; 0 for ever. */
  readonly retentionDays: number;
  /** Where backups are written each day; undefined: none are. */
  readonly backupFolder: string | undefined;
  readonly backupsKept: number;
  /** Pages and exports show phone numbers masked. */
  readonly masksNumbers: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
};

const SIGN_INS = ["password", "proxy", "none"] as const;
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
    help:
      "IP address to listen on; 0.0.0.0 or :: for all. Other than loopback ones are listened on only " +
      "once there is a user who can sign in.",
    parse: listenHost,
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
    help: "The SQLite database's file. The server makes it, with its folder, when it does not exist.",
    parse: databaseFile,
  }),
  trustedProxies: setting({
    name: "TRUSTED_PROXIES",
    placeholder: "cidr,…",
    default: undefined,
    help:
      "Addresses or CIDR ranges of proxies whose X-Forwarded-For, -Proto and -Host are believed, " +
      "and the header of SIGN_IN_HEADER.",
    parse: cidrList,
  }),
  signIn: setting({
    name: "SIGN_IN",
    placeholder: "how",
    default: "password",
    help:
      "password: users sign in here. proxy: a trusted proxy signs them in and names them in SIGN_IN_HEADER. " +
      "none: nobody has to, and the pages are answered to this machine only.",
    parse: (text) => oneOf(SIGN_INS, text),
  }),
  signInHeader: setting({
    name: "SIGN_IN_HEADER",
    placeholder: "name",
    default: "Remote-User",
    help: "With SIGN_IN=proxy: the header that holds the user's name. The proxy must set or remove it on every request.",
    parse: headerName,
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
  retentionDays: setting({
    name: "RETENTION_DAYS",
    placeholder: "number",
    default: "0",
    help: "Messages first heard of longer ago than so many days are deleted, a little at a time; 0 keeps everything.",
    parse: (text) => wholeNumber(text, { min: 0, max: 36_500 }),
  }),
  backupFolder: setting({
    name: "BACKUP_FOLDER",
    placeholder: "folder",
    default: undefined,
    help: "Where a backup is written once a day. Without it none is.",
    parse: (text) => text,
  }),
  backupsKept: setting({
    name: "BACKUPS_KEPT",
    placeholder: "number",
    default: "7",
    help: "How many daily backups are kept; the oldest one is deleted when a new one is whole.",
    parse: (text) => wholeNumber(text, { min: 1, max: 1_000 }),
  }),
  metricsToken: setting({
    name: "METRICS_TOKEN",
    secret: true,
    placeholder: "token",
    default: undefined,
    help: "Bearer token for /metrics, 16 characters or more. Without it only this machine may read it.",
    parse: secretToken,
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
  const read = <T>(each: Setting<T>): T | undefined => {
    const text = given(each, flags, env) ?? each.default;
    return text === undefined ? undefined : each.parse(text);
  };
  const mistakes = Object.values<Setting<unknown>>(SETTINGS).flatMap((each) => {
    try {
      read(each);
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : "cannot be read";
      const name = flags[flagOf(each)] ? `--${flagOf(each)}` : each.name;
      return [`${name}: ${reason}.`];
    }
  });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  const withDefault = <T>(each: Setting<T>): T => {
    const value = read(each);
    if (value === undefined) throw new Error(`${each.name} has no default`);
    return value;
  };
  const config: Config = {
    authTokens: read(SETTINGS.authTokens) ?? [],
    authTokensFile: secretFile(SETTINGS.authTokens, flags, env),
    publicUrl: read(SETTINGS.publicUrl),
    host: withDefault(SETTINGS.host),
    port: withDefault(SETTINGS.port),
    databaseFile: withDefault(SETTINGS.databaseFile),
    trustedProxies: read(SETTINGS.trustedProxies),
    signIn: withDefault(SETTINGS.signIn),
    signInHeader: withDefault(SETTINGS.signInHeader),
    masksNumbers: withDefault(SETTINGS.masksNumbers),
    retentionDays: withDefault(SETTINGS.retentionDays),
    backupFolder: read(SETTINGS.backupFolder),
    backupsKept: withDefault(SETTINGS.backupsKept),
    metricsToken: read(SETTINGS.metricsToken),
    logLevel: withDefault(SETTINGS.logLevel),
    logFormat: read(SETTINGS.logFormat) ?? (isTerminal ? "pretty" : "json"),
  };
  requireSense(config);
  return config;
}

/** Throws ConfigError where settings that are right by themselves do not go together. */
function requireSense({ signIn, host, trustedProxies }: Config): void {
  if (signIn === "none" && host !== "localhost" && !isLoopback(host)) {
    throw new ConfigError([
      "HOST: is not a loopback address, and with SIGN_IN=none the pages are answered to this machine only. " +
        "Listen on 127.0.0.1, or let users sign in.",
    ]);
  }
  if (signIn === "proxy" && trustedProxies === undefined) {
    throw new ConfigError([
      "TRUSTED_PROXIES: is not set, so that with SIGN_IN=proxy nobody could sign in. " +
        "Set it to the proxy's address.",
    ]);
  }
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
