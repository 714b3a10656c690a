import { readFileSync } from "node:fs";
import type { BlockList } from "node:net";
import { isLoopback } from "./setting-values.ts";
import {
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
  /** If there are neither tokens nor shared keys, callbacks are answered 503. */
  readonly authTokens: readonly AuthToken[];
  /** The file that they came from, as it was given; undefined when they came from elsewhere. */
  readonly authTokensFile: string | undefined;
  readonly sharedKeys: readonly SharedKey[];
  /** The file that they came from, as it was given; undefined when they came from elsewhere. */
  readonly sharedKeysFile: string | undefined;
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
  /** With `signIn` proxy: the secret that the proxy sends; undefined: its address is enough. */
  readonly signInSecret: string | undefined;
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
    sharedKeys: read(SETTINGS.sharedKeys) ?? [],
    sharedKeysFile: secretFile(SETTINGS.sharedKeys, flags, env),
    publicUrl: read(SETTINGS.publicUrl),
    host: withDefault(SETTINGS.host),
    port: withDefault(SETTINGS.port),
    databaseFile: withDefault(SETTINGS.databaseFile),
    trustedProxies: read(SETTINGS.trustedProxies),
    signIn: withDefault(SETTINGS.signIn),
    signInHeader: withDefault(SETTINGS.signInHeader),
    signInSecret: read(SETTINGS.signInSecret),
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
