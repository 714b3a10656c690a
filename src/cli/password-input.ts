import type { ReadStream } from "node:tty";
import { PASSWORD_BYTES_MAX } from "../account/passwords.ts";

const ENTER = ["\r", "\n"];
const BACKSPACE = ["\x7f", "\b"];
const INTERRUPT = "\x03";
const END = "\x04";

/** Nobody typed a password, or the two that were typed differ. The message says which. */
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
  // Before the prompt is shown: whoever answers it at once is not to see what they type.
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  try {
    const password = await ask(stdin, "Password: ");
    if ((await ask(stdin, "The password again: ")) !== password)
      throw new NoPassword(
        "The two passwords are not the same. Nothing was changed.",
      );
    return password;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
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
      "No password came on standard input. Run this on a terminal, or with --generate.",
    );
  return line;
}

/** Reads a line. The prompt goes to standard error, which no script reads. */
function ask(terminal: ReadStream, prompt: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let typed = "";
  const onData = (keys: string): void => {
    for (const key of keys) {
      if (key === INTERRUPT || (key === END && typed === ""))
        return reject(new NoPassword("Nothing was changed."));
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
