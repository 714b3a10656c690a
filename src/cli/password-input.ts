import type { ReadStream } from "node:tty";
import { PASSWORD_BYTES_MAX } from "../account/passwords.ts";

const ENTER = ["\r", "\n"];
const BACKSPACE = ["\x7f", "\b"];
const INTERRUPT = "\x03";
const END = "\x04";

/** No password was typed, or the two differ. The message says which. */
export class NoPassword extends Error {
  override readonly name = "NoPassword";
}

/**
 * A new password: typed twice on a terminal, without showing it, or else the first line
 * of standard input. Rejects with NoPassword.
 */
export async function readNewPassword(): Promise<string> {
  const { stdin } = process;
  if (!stdin.isTTY) return firstLine();
  const [password, again] = await readHidden(stdin, [
    "Password: ",
    "Repeat the password: ",
  ]);
  if (password === undefined || again === undefined)
    throw new NoPassword("Nothing was changed.");
  if (password !== again)
    throw new NoPassword("The passwords don't match. Nothing was changed.");
  return password;
}

/** A secret that is typed on the terminal, without showing it; undefined after Ctrl-C or Ctrl-D. */
export async function readSecret(prompt: string): Promise<string | undefined> {
  const [secret] = await readHidden(process.stdin, [prompt]);
  return secret;
}

/** One line for each prompt, until Ctrl-C or Ctrl-D. */
async function readHidden(
  terminal: ReadStream,
  prompts: readonly string[],
): Promise<readonly string[]> {
  const lines: string[] = [];
  // Before the first prompt: what is typed right away isn't shown either.
  terminal.setRawMode(true);
  terminal.setEncoding("utf8");
  try {
    for (const prompt of prompts) {
      const line = await ask(terminal, prompt);
      if (line === undefined) break;
      lines.push(line);
    }
    return lines;
  } finally {
    terminal.setRawMode(false);
    terminal.pause();
  }
}

async function firstLine(): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of Bun.stdin.stream()) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("\n") || text.length > PASSWORD_BYTES_MAX) break;
  }
  const line = text.split(/\r?\n/)[0] ?? "";
  if (line === "")
    throw new NoPassword(
      "There is no password on standard input. Run this at a terminal, or with --generate.",
    );
  return line;
}

/** Reads a line; undefined after Ctrl-C or Ctrl-D. The prompt goes to standard error, which no script reads. */
function ask(
  terminal: ReadStream,
  prompt: string,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let typed = "";
  const onData = (keys: string): void => {
    for (const key of keys) {
      if (key === INTERRUPT || (key === END && typed === ""))
        return resolve(undefined);
      if (ENTER.includes(key)) return resolve(typed);
      typed = BACKSPACE.includes(key)
        ? Array.from(typed).slice(0, -1).join("")
        : typed + key;
    }
  };
  terminal.on("data", onData);
  process.stderr.write(prompt);
  return promise.finally(() => {
    terminal.off("data", onData);
    process.stderr.write("\n");
  });
}
