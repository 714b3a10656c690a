import { join, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { flagOf, SETTINGS } from "../config/settings.ts";

/** Takes the place of the auth token or the shared key's secret in the command: no page shows them. */
export const TOKEN_PLACE = "TOKEN";

/** A command for a shell that posts one made-up callback. */
export type TestCommand = {
  readonly text: string;
  /** What the reader has to put in place of `TOKEN_PLACE`; undefined for nothing. */
  readonly needs: "auth token" | "shared key’s secret" | undefined;
};

export type TestCommandSettings = Pick<
  Config,
  "authTokens" | "authTokensFile" | "sharedKeys" | "sharedKeysFile"
>;

/**
 * The command that posts to `address` with this very program, wherever it is pasted. It
 * signs with an auth token, or with a shared key if only those are set. One that came
 * from a file is read from it again.
 */
export function testCommand(
  config: TestCommandSettings,
  address: string,
): TestCommand {
  const { authTokens, sharedKeys } = config;
  const byKey = authTokens.length === 0 && sharedKeys.length > 0;
  const setting = byKey ? SETTINGS.sharedKeys : SETTINGS.authTokens;
  const file = byKey ? config.sharedKeysFile : config.authTokensFile;
  const simulate = [...OWN_PROGRAM, "simulate"];
  const target = ["--url", address, "--count", "1"];
  if (file !== undefined) {
    const words = [
      ...simulate,
      `--${flagOf(setting)}`,
      resolve(file),
      ...target,
    ];
    return { text: words.map(quoted).join(" "), needs: undefined };
  }
  // One that is bound to an account or a key is tried for that one only.
  const ids = byKey
    ? sharedKeys.map(({ id }) => id)
    : authTokens.map(({ accountSid }) => accountSid);
  const [first] = ids;
  const bound = first !== undefined && ids.every(Boolean) ? `${first}=` : "";
  const command = [...simulate, ...target].map(quoted).join(" ");
  return {
    text: `${setting.name}=${bound}${TOKEN_PLACE} ${command}`,
    needs: byKey ? "shared key’s secret" : "auth token",
  };
}

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
