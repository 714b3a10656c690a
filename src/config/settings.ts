import {
  cidrList,
  databaseFile,
  headerName,
  listenHost,
  oneOf,
  port,
  publicUrl,
  secretToken,
  trueOrFalse,
  wholeNumber,
} from "./setting-values.ts";
import { parseAuthTokens } from "../twilio/auth-tokens.ts";
import { parseSharedKeys } from "../twilio/shared-keys.ts";

const SIGN_INS = ["password", "proxy", "none"] as const;
const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
const LOG_FORMATS = ["json", "pretty"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];
export type SignIn = (typeof SIGN_INS)[number];

/** One setting. `parse` throws an Error whose message completes "NAME: …" and never repeats the value. */
export type Setting<T> = {
  readonly name: string;
  /** Flags of secrets take a file, so that no secret shows in the list of processes. */
  readonly secret?: true;
  readonly placeholder: string;
  readonly default: string | undefined;
  /** How help and docs show the default, if it isn't a plain value. */
  readonly defaultText?: string;
  readonly help: string;
  readonly parse: (text: string) => T;
};

/** Every setting: `--help`, docs/configuration.md (`bun run docs`) and the checks come from here. */
export const SETTINGS = {
  authTokens: setting({
    name: "TWILIO_WEBHOOK_AUTH_TOKEN",
    secret: true,
    placeholder: "token",
    default: undefined,
    help:
      "Auth token of the Twilio account, as its Console shows it. Several with commas between them; " +
      "AC…=token binds one to an account. Without it, and without shared keys, callbacks are answered 503.",
    parse: parseAuthTokens,
  }),
  sharedKeys: setting({
    name: "TWILIO_WEBHOOK_SHARED_KEYS",
    secret: true,
    placeholder: "key=secret,…",
    default: undefined,
    help:
      "Secrets of the shared keys that a Twilio Webhook Rule signs callbacks with, each after its key's id: " +
      "webhooks_sharedkey_…=secret. Separate several with commas. A secret without an id is tried for any key.",
    parse: parseSharedKeys,
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
  signInSecret: setting({
    name: "SIGN_IN_SECRET",
    secret: true,
    placeholder: "secret",
    default: undefined,
    help:
      "With SIGN_IN=proxy: what the proxy must send in the header X-Sign-In-Secret, 16 characters or more. Set it when " +
      "TRUSTED_PROXIES includes loopback: without it, every program on this machine can sign in as any user.",
    parse: secretToken,
  }),
  masksNumbers: setting({
    name: "MASK_NUMBERS",
    placeholder: "true|false",
    default: "false",
    help:
      "true shows and exports phone numbers with all but their beginning and last two digits hidden, also within " +
      "posted values and tags, and user ids and other names of recipients. In tags, short numbers and dates stay: a run of digits is masked from ten digits on, " +
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
    parse: (text) => oneOf(LOG_FORMATS, text),
  }),
};

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

function setting<T>(each: Setting<T>): Setting<T> {
  return each;
}
