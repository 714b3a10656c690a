import type { BlockList } from "node:net";
import { given, secretFile, type ConfigSources } from "./given.ts";
import type { MailServer, Sender } from "./mail-values.ts";
import { isLoopback, isPostgresUrl } from "./setting-values.ts";
import type { TwilioApi } from "./twilio-api-values.ts";
import {
  defaultOf,
  flagOf,
  SETTINGS,
  type LogFormat,
  type LogLevel,
  type Setting,
  type SignIn,
} from "./settings.ts";
import type { AuthToken } from "../twilio/auth-tokens.ts";
import type { SharedKey } from "../twilio/shared-keys.ts";

export type Config = {
  /** With neither tokens nor shared keys, callbacks are answered 503. */
  readonly authTokens: readonly AuthToken[];
  /** The file they were read from, as given; undefined when they came from elsewhere. */
  readonly authTokensFile: string | undefined;
  readonly sharedKeys: readonly SharedKey[];
  /** The file they were read from, as given; undefined when they came from elsewhere. */
  readonly sharedKeysFile: string | undefined;
  /** Scheme, host and base path of the address Twilio calls, without a slash at the end. */
  readonly publicUrl: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Where the database is: the path of an SQLite file, or a `postgres://` URL. */
  readonly databaseUrl: string;
  /** The file it was read from, as given; undefined when it came from elsewhere. */
  readonly databaseUrlFile: string | undefined;
  /** Peers whose `X-Forwarded-*` and sign-in headers are trusted; undefined for none. */
  readonly trustedProxies: BlockList | undefined;
  /** How users sign in; with `none`, only this machine can open the pages. */
  readonly signIn: SignIn;
  /** With `signIn` proxy: the header in which a trusted proxy names the user, in lower case. */
  readonly signInHeader: string;
  /** With `signIn` proxy: the secret that the proxy sends; undefined: its address is enough. */
  readonly signInSecret: string | undefined;
  /** Bearer token for `/metrics`; undefined: only this machine can read it. */
  readonly metricsToken: string | undefined;
  /** Days that messages are kept; 0 keeps them forever. */
  readonly retentionDays: number;
  /** The delivery rate to reach, 0 to 1; undefined for none. */
  readonly deliveryTarget: number | undefined;
  /** Where daily backups are written; undefined for no backups. */
  readonly backupFolder: string | undefined;
  readonly backupsKept: number;
  /** Whether pages and exports mask phone numbers. */
  readonly masksNumbers: boolean;
  /** Networks that forwarding and alerts may reach although they are private; undefined for none. */
  readonly forwardAllow: BlockList | undefined;
  /** How to send email; undefined for none. */
  readonly mail:
    { readonly server: MailServer; readonly from: Sender } | undefined;
  /** How to read from Twilio's API; undefined without a key for it. */
  readonly twilioApi: TwilioApi | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
};

/** Every mistake in the settings, a sentence each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join("\n"));
  }
}

/** Reads all settings: flag over environment over default. Throws ConfigError with all mistakes at once. */
export function readConfig(sources: ConfigSources): Config {
  const read = <T>(each: Setting<T>): T | undefined => {
    const text =
      given(each, sources)?.text ?? defaultOf(each, sources.isTerminal);
    return text === undefined ? undefined : each.parse(text);
  };
  const mistakes = Object.values<Setting<unknown>>(SETTINGS).flatMap((each) => {
    try {
      read(each);
      return [];
    } catch (error) {
      return [mistakeIn(each, sources, error)];
    }
  });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  const withDefault = <T>(each: Setting<T>): T => {
    const value = read(each);
    if (value === undefined) throw new Error(`${each.name} has no default`);
    return value;
  };
  const server = read(SETTINGS.smtpServer);
  const from = read(SETTINGS.mailFrom);
  const key = read(SETTINGS.twilioApiKey);
  const secret = read(SETTINGS.twilioApiSecret);
  const accountSid = read(SETTINGS.twilioAccountSid);
  const config: Config = {
    authTokens: read(SETTINGS.authTokens) ?? [],
    authTokensFile: secretFile(SETTINGS.authTokens, sources),
    sharedKeys: read(SETTINGS.sharedKeys) ?? [],
    sharedKeysFile: secretFile(SETTINGS.sharedKeys, sources),
    publicUrl: read(SETTINGS.publicUrl),
    host: withDefault(SETTINGS.host),
    port: withDefault(SETTINGS.port),
    databaseUrl: withDefault(SETTINGS.databaseUrl),
    databaseUrlFile: secretFile(SETTINGS.databaseUrl, sources),
    trustedProxies: read(SETTINGS.trustedProxies),
    signIn: withDefault(SETTINGS.signIn),
    signInHeader: withDefault(SETTINGS.signInHeader),
    signInSecret: read(SETTINGS.signInSecret),
    masksNumbers: withDefault(SETTINGS.masksNumbers),
    retentionDays: withDefault(SETTINGS.retentionDays),
    deliveryTarget: read(SETTINGS.deliveryTarget),
    backupFolder: read(SETTINGS.backupFolder),
    backupsKept: withDefault(SETTINGS.backupsKept),
    metricsToken: read(SETTINGS.metricsToken),
    forwardAllow: read(SETTINGS.forwardAllow),
    mail: server && from && { server, from },
    twilioApi:
      key !== undefined && secret !== undefined && accountSid !== undefined
        ? { key, secret, accountSid, url: withDefault(SETTINGS.twilioApiUrl) }
        : undefined,
    logLevel: withDefault(SETTINGS.logLevel),
    logFormat: withDefault(SETTINGS.logFormat),
  };
  const contradictions = [
    ...signInContradictions(config),
    ...mailContradictions(server, from),
    ...backupContradictions(config),
    ...twilioApiContradictions({ key, secret, accountSid }),
  ];
  if (contradictions.length > 0) throw new ConfigError(contradictions);
  return config;
}

/** A sentence such as `PORT: must be a port number from 0 to 65535 (got "80a").` Secrets aren't shown. */
function mistakeIn(
  each: Setting<unknown>,
  sources: ConfigSources,
  error: unknown,
): string {
  const reason = error instanceof Error ? error.message : "can't be read";
  const isFlag = Boolean(sources.flags[flagOf(each)]);
  const name = isFlag ? `--${flagOf(each)}` : each.name;
  const text = each.secret ? undefined : given(each, sources)?.text;
  return `${name}: ${reason}${text === undefined ? "" : gotText(text)}.`;
}

/** ` (got "80a")`, or nothing for what may have a password in it. */
export function gotText(text: string): string {
  const quoted = quotedText(text);
  return quoted && ` (got ${quoted})`;
}

/** `"80a"`, or nothing for what may have a password in it. */
export function quotedText(text: string): string {
  if (text.includes("@")) return "";
  const start = text.replaceAll(/\p{C}/gu, "\ufffd").slice(0, GOT_CHARS_MAX);
  return `"${start}${text.length > GOT_CHARS_MAX ? "…" : ""}"`;
}

const GOT_CHARS_MAX = 60;

/** Where settings that are valid by themselves contradict each other, a sentence each. */
function signInContradictions({
  signIn,
  host,
  trustedProxies,
}: Config): readonly string[] {
  const mistakes: string[] = [];
  if (signIn === "none" && host !== "localhost" && !isLoopback(host))
    mistakes.push(
      "HOST: must be a loopback address with SIGN_IN=none, which serves the pages to this machine only. " +
        "Set HOST=127.0.0.1, or let users sign in.",
    );
  if (signIn === "proxy" && trustedProxies === undefined)
    mistakes.push(
      "TRUSTED_PROXIES: must be set to the proxy's address with SIGN_IN=proxy. Without it nobody can sign in.",
    );
  return mistakes;
}

function backupContradictions({
  databaseUrl,
  backupFolder,
}: Config): readonly string[] {
  return isPostgresUrl(databaseUrl) && backupFolder !== undefined
    ? [
        "BACKUP_FOLDER: can't be set with a PostgreSQL database, which has its own tools for backups. Remove it, and schedule pg_dump or base backups.",
      ]
    : [];
}

function mailContradictions(
  server: MailServer | undefined,
  from: Sender | undefined,
): readonly string[] {
  if (server && !from)
    return [
      "MAIL_FROM: must be set with SMTP_URL. Set it to the address that email comes from, such as alerts@example.com.",
    ];
  if (from && !server)
    return [
      "SMTP_URL: must be set with MAIL_FROM. Set it to the server that sends email, such as smtps://user:password@mail.example.com.",
    ];
  return [];
}

/** An account SID alone is none: other programs read this variable, too. */
function twilioApiContradictions({
  key,
  secret,
  accountSid,
}: {
  readonly [N in "key" | "secret" | "accountSid"]: string | undefined;
}): readonly string[] {
  if (key === undefined && secret === undefined) return [];
  return [
    ...(key === undefined
      ? [
          "TWILIO_API_KEY: must be set with TWILIO_API_SECRET. Set it to the SID of the API key, which begins with SK.",
        ]
      : []),
    ...(secret === undefined
      ? [
          "TWILIO_API_SECRET: must be set with TWILIO_API_KEY. Set it, or TWILIO_API_SECRET_FILE, to the secret that Twilio showed when the key was created.",
        ]
      : []),
    ...(accountSid === undefined
      ? [
          "TWILIO_ACCOUNT_SID: must be set with TWILIO_API_KEY. Set it to the SID of the account that the key belongs to, which begins with AC.",
        ]
      : []),
  ];
}
