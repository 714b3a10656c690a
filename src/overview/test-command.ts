import { join, resolve } from "node:path";
import type { Config } from "../config.ts";
import { flagOf, SETTINGS } from "../settings.ts";

/** What stands in the command for the auth token, which no page shows. */
export const TOKEN_PLACE = "TOKEN";

/** A command for a shell that posts one made-up callback. */
export type TestCommand = {
  readonly text: string;
  /** Whether the reader has to put the auth token in place of `TOKEN_PLACE`. */
  readonly needsToken: boolean;
};

/**
 * The command that posts to `address` with this very program, wherever it is pasted. A
 * token that came from a file is read from it again.
 */
export function testCommand(
  { authTokens, authTokensFile }: Pick<Config, "authTokens" | "authTokensFile">,
  address: string,
): TestCommand {
  const simulate = [...OWN_PROGRAM, "simulate"];
  const target = ["--url", address, "--count", "1"];
  if (authTokensFile !== undefined) {
    const flag = `--${flagOf(SETTINGS.authTokens)}`;
    const words = [...simulate, flag, resolve(authTokensFile), ...target];
    return { text: words.map(quoted).join(" "), needsToken: false };
  }
  // A token that is bound to an account is tried for that account only.
  const [first] = authTokens;
  const areBound = authTokens.every(({ accountSid }) => accountSid);
  const account = areBound && first ? `${first.accountSid}=` : "";
  const command = [...simulate, ...target].map(quoted).join(" ");
  return {
    text: `${SETTINGS.authTokens.name}=${account}${TOKEN_PLACE} ${command}`,
    needsToken: true,
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
