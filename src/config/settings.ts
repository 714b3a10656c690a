import {
  cidrList,
  databaseUrl,
  headerName,
  listenHost,
  oneOf,
  percentage,
  port,
  publicUrl,
  secretToken,
  trueOrFalse,
  wholeNumber,
  withoutPassword,
} from "./setting-values.ts";
import { sender, smtpUrl } from "./mail-values.ts";
import { accountSid, apiKey, apiSecret, apiUrl } from "./twilio-api-values.ts";
import { parseAuthTokens } from "../twilio/auth-tokens.ts";
import { parseSharedKeys } from "../twilio/shared-keys.ts";

const SIGN_INS = ["password", "proxy", "none"] as const;
const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
const LOG_FORMATS = ["json", "pretty"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];
export type SignIn = (typeof SIGN_INS)[number];

/** One setting. `parse` throws an Error whose message completes "NAME: …" and doesn't repeat the value. */
export type Setting<T> = {
  readonly name: string;
  /** The flag of a secret takes a file, so that the secret doesn't show in the list of processes. */
  readonly secret?: true;
  /** It can also be read from the file that `NAME_FILE` names, as it may contain a secret. */
  readonly fromFile?: true;
  /** What of it can be shown; everything by default. */
  readonly shown?: (text: string) => string;
  readonly placeholder: string;
  readonly default: string | undefined;
  /** The default, if it depends on where the server starts. */
  readonly defaultOn?: (isTerminal: boolean) => string;
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
      "The auth token of your Twilio account, from the Twilio Console. Separate several with commas; " +
      "AC…=token binds one to an account. Without any token or shared key, callbacks are answered 503.",
    parse: parseAuthTokens,
  }),
  sharedKeys: setting({
    name: "TWILIO_WEBHOOK_SHARED_KEYS",
    secret: true,
    placeholder: "key=secret,…",
    default: undefined,
    help:
      "Shared keys that a Twilio Webhook Rule signs callbacks with, each as its ID and secret: " +
      "webhooks_sharedkey_…=secret. Separate several with commas. A secret without an ID is tried for any key.",
    parse: parseSharedKeys,
  }),
  publicUrl: setting({
    name: "PUBLIC_URL",
    placeholder: "url",
    default: undefined,
    help:
      "This server's public address, as Twilio reaches it, without the webhook's path, such as " +
      "https://sms.example.com. A path in it is the base path of every route and link.",
    parse: publicUrl,
  }),
  host: setting({
    name: "HOST",
    placeholder: "address",
    default: "127.0.0.1",
    help:
      "The IP address to listen on; 0.0.0.0 or :: for all. Until a user can sign in, only a loopback address " +
      "is accepted.",
    parse: listenHost,
  }),
  port: setting({
    name: "PORT",
    placeholder: "number",
    default: "3000",
    help: "The port to listen on; 0 picks a free one.",
    parse: port,
  }),
  databaseUrl: setting({
    name: "DATABASE_URL",
    fromFile: true,
    shown: withoutPassword,
    placeholder: "file|url",
    default: "./data/smsledger.db",
    help:
      "The SQLite database file, which the server creates, with its folder, if it doesn't exist; or a PostgreSQL database, as " +
      "postgres://user:password@host:5432/database, which several servers can share. In the user and the password, write special " +
      "characters as escapes, such as %40 for @. A PostgreSQL server on another machine must have a valid certificate for its name: " +
      "?sslrootcert=FILE names the authority, ?sslmode=verify-ca, require or disable asks for less. Put a password into the file of DATABASE_URL_FILE; " +
      "a new one applies to the next connection, without a restart.",
    parse: databaseUrl,
  }),
  trustedProxies: setting({
    name: "TRUSTED_PROXIES",
    placeholder: "cidr,…",
    default: undefined,
    help:
      "IP addresses or CIDR ranges of proxies whose X-Forwarded-For, -Proto and -Host headers are trusted, " +
      "and with SIGN_IN=proxy the header that names the user.",
    parse: cidrList,
  }),
  signIn: setting({
    name: "SIGN_IN",
    placeholder: "how",
    default: "password",
    help:
      "password: users sign in with a password. proxy: a trusted proxy signs them in and names them in SIGN_IN_HEADER. " +
      "none: no sign-in; only this machine can open the pages.",
    parse: (text) => oneOf(SIGN_INS, text),
  }),
  signInHeader: setting({
    name: "SIGN_IN_HEADER",
    placeholder: "name",
    default: "Remote-User",
    help: "With SIGN_IN=proxy: the header with the user's name. The proxy must set or remove it on every request.",
    parse: headerName,
  }),
  signInSecret: setting({
    name: "SIGN_IN_SECRET",
    secret: true,
    placeholder: "secret",
    default: undefined,
    help:
      "With SIGN_IN=proxy: a secret of at least 16 characters that the proxy must send in the header X-Sign-In-Secret. Set it if " +
      "TRUSTED_PROXIES includes loopback: without it, every program on this machine can sign in as any user.",
    parse: secretToken,
  }),
  masksNumbers: setting({
    name: "MASK_NUMBERS",
    placeholder: "true|false",
    default: "false",
    help:
      "true masks phone numbers, user IDs and other names of recipients in pages and exports, also within posted values " +
      "and tags: only the beginning and the last two digits show. In tags, short numbers and dates stay readable: digits are masked if there are at least ten, " +
      "if they have a plus or separators, or if they are the message's own number. The database keeps everything unmasked, and forwarded events have whole numbers.",
    parse: trueOrFalse,
  }),
  retentionDays: setting({
    name: "RETENTION_DAYS",
    placeholder: "number",
    default: "0",
    help: "Delete messages first seen more than this many days ago, a few at a time; 0 keeps everything.",
    parse: (text) => wholeNumber(text, { min: 0, max: 36_500 }),
  }),
  deliveryTarget: setting({
    name: "DELIVERY_TARGET",
    placeholder: "percent",
    default: undefined,
    help:
      "The delivery rate to reach, in percent, such as 97 or 97.5: a line in charts of the delivery rate, and what the page of a month " +
      "compares with.",
    parse: percentage,
  }),
  backupFolder: setting({
    name: "BACKUP_FOLDER",
    placeholder: "folder",
    default: undefined,
    help: "Where to write a backup once a day. Without it there are no backups.",
    parse: (text) => text,
  }),
  backupsKept: setting({
    name: "BACKUPS_KEPT",
    placeholder: "number",
    default: "7",
    help: "How many daily backups to keep. The oldest one is deleted once a new one is complete.",
    parse: (text) => wholeNumber(text, { min: 1, max: 1_000 }),
  }),
  metricsToken: setting({
    name: "METRICS_TOKEN",
    secret: true,
    placeholder: "token",
    default: undefined,
    help: "The bearer token for /metrics, at least 16 characters. Without it, only this machine can read /metrics.",
    parse: secretToken,
  }),
  forwardAllow: setting({
    name: "FORWARD_ALLOW",
    placeholder: "cidr,…",
    default: undefined,
    help:
      "IP addresses or CIDR ranges that forwarding and alerts may reach although they are private or loopback, and over " +
      "http:// too. Without it they reach public addresses only, over https://. Whoever can add an endpoint or an alert " +
      "channel can make this server post to any port of what you list. Link-local addresses and the metadata services of " +
      "clouds are never reached.",
    parse: cidrList,
  }),
  smtpServer: setting({
    name: "SMTP_URL",
    secret: true,
    placeholder: "url",
    default: undefined,
    help:
      "The server that sends email: smtps://user:password@host for TLS from the start (port 465), smtp:// for STARTTLS " +
      "(port 587). The host may be private. In the user name and password, write special characters as escapes, such as " +
      "%40 for @. A server without STARTTLS gets nothing, unless the URL ends in ?starttls=off, which is meant for a " +
      "relay on this machine or its network and can't be combined with a password. Without it there is no email.",
    parse: smtpUrl,
  }),
  mailFrom: setting({
    name: "MAIL_FROM",
    placeholder: "address",
    default: undefined,
    help: "The sender of email, such as alerts@example.com or smsledger <alerts@example.com>. Required with SMTP_URL.",
    parse: sender,
  }),
  twilioApiKey: setting({
    name: "TWILIO_API_KEY",
    placeholder: "sid",
    default: undefined,
    help:
      "The SID (SK…) of an API key with which smsledger reads from Twilio what callbacks missed, and how senders are set up. A restricted " +
      "key that can read messages, phone numbers and Messaging Services is enough. Requires TWILIO_API_SECRET and TWILIO_ACCOUNT_SID.",
    parse: apiKey,
  }),
  twilioApiSecret: setting({
    name: "TWILIO_API_SECRET",
    secret: true,
    placeholder: "secret",
    default: undefined,
    help: "The secret of TWILIO_API_KEY. It's sent to Twilio, or to TWILIO_API_URL, and nowhere else.",
    parse: apiSecret,
  }),
  twilioAccountSid: setting({
    name: "TWILIO_ACCOUNT_SID",
    placeholder: "sid",
    default: undefined,
    help: "The SID (AC…) of the account that TWILIO_API_KEY belongs to. It has no effect without the key.",
    parse: accountSid,
  }),
  twilioApiUrl: setting({
    name: "TWILIO_API_URL",
    placeholder: "url",
    default: "https://api.twilio.com",
    help:
      "Where Twilio's API is: for an account in a region its host, such as https://api.dublin.ie1.twilio.com. http:// is only " +
      "accepted for this machine.",
    parse: apiUrl,
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
    defaultOn: (isTerminal) => (isTerminal ? "pretty" : "json"),
    defaultText: "json; pretty on a terminal",
    help: "json or pretty.",
    parse: (text) => oneOf(LOG_FORMATS, text),
  }),
};

export type SettingName = keyof typeof SETTINGS;

/** What a setting is if it isn't given. */
export function defaultOf(
  setting: Setting<unknown>,
  isTerminal: boolean,
): string | undefined {
  return setting.defaultOn?.(isTerminal) ?? setting.default;
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

function setting<T>(each: Setting<T>): Setting<T> {
  return each;
}
