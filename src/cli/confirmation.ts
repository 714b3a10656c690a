import { say } from "./output.ts";
import { createInterface } from "node:readline";
import { WRONG_USAGE } from "./exit-status.ts";

/** The exit status of a command that wasn't confirmed. */
export const NOT_CONFIRMED = WRONG_USAGE;

/**
 * Asks at the terminal whether to do something irreversible. Without a terminal, and after
 * Ctrl-C or Ctrl-D, the answer is no; `--yes` skips the question.
 */
export async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    say("Nothing was changed. Add --yes to skip the confirmation.");
    return false;
  }
  const answer = await answerTo(`${question} Type yes: `);
  if (answer?.trim().toLowerCase() === "yes") return true;
  if (answer === undefined) process.stderr.write("\n");
  say("Nothing was changed.");
  return false;
}

/** Undefined when the terminal is closed instead, or Ctrl-C or Ctrl-D is pressed. */
function answerTo(question: string): Promise<string | undefined> {
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
  });
  return new Promise((resolve) => {
    lines.once("SIGINT", () => lines.close());
    lines.once("close", () => resolve(undefined));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
