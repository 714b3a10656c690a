import { join, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { flagOf, SETTINGS } from "../config/settings.ts";

/** A command for a shell that posts one made-up callback. No secret is part of it. */
export type TestCommand = {
  readonly text: string;
  /** What it asks for; undefined when it reads that from a file. */
  readonly asksFor:
    | {
        readonly what: "auth token" | "shared key";
        /** `AC…=`, which has to be entered in front of a token that is bound to an account. */
        readonly boundTo: string | undefined;
      }
    | undefined;
};

export type TestCommandSettings = Pick<
  Config,
  "authTokens" | "authTokensFile" | "sharedKeys" | "sharedKeysFile"
>;

/**
 * The command that posts to `address` with this very program, wherever it's pasted. It
 * signs with an auth token, or with a shared key if only those are set: read from the file
 * that has it, or else asked for, so that it doesn't stay in the shell's history.
 */
export function testCommand(
  config: TestCommandSettings,
  address: string,
): TestCommand {
  const { authTokens, sharedKeys } = config;
  const byKey = authTokens.length === 0 && sharedKeys.length > 0;
  const setting = byKey ? SETTINGS.sharedKeys : SETTINGS.authTokens;
  const file = byKey ? config.sharedKeysFile : config.authTokensFile;
  const command = [...OWN_PROGRAM, "simulate", "--url", address];
  const isReadable = file !== undefined && !file.startsWith(SYSTEMD_SECRETS);
  if (isReadable) command.push(`--${flagOf(setting)}`, resolve(file));
  else if (byKey) command.push("--signer", "shared-key");
  command.push("--count", "1");
  // One that is bound to an account or a key is tried for that one only.
  const ids = byKey
    ? sharedKeys.map(({ id }) => id)
    : authTokens.map(({ accountSid }) => accountSid);
  const [first] = ids;
  const isBound = first !== undefined && ids.every(Boolean);
  return {
    text: command.map(quoted).join(" "),
    asksFor: isReadable
      ? undefined
      : {
          what: byKey ? "shared key" : "auth token",
          boundTo: isBound ? `${first}=` : undefined,
        },
  };
}

/** Only the server itself can read the files that systemd gives it. */
const SYSTEMD_SECRETS = "/run/credentials/";

/**
 * How this program is run. In a compiled one no module has a file of its own; from its
 * source Bun needs the project's folder for its settings.
 */
const OWN_PROGRAM: readonly string[] = import.meta.url.endsWith(
  "/test-command.ts",
)
  ? [process.execPath, `--cwd=${join(import.meta.dir, "../..")}`, "src/main.ts"]
  : [process.execPath];

/** A word as a POSIX shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
