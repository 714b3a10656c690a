import { createInterface } from "node:readline/promises";

/** The exit status of a command that was not confirmed. */
export const NOT_CONFIRMED = 2;

/**
 * Asks at the terminal whether what cannot be taken back is meant. Where nobody can
 * answer, it is not: there `--yes` says so beforehand.
 */
export async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error(
      "Nothing was changed. Add --yes to do it without a question.",
    );
    return false;
  }
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
  });
  const answer = await lines.question(`${question} Type yes: `);
  lines.close();
  if (answer.trim().toLowerCase() === "yes") return true;
  console.error("Nothing was changed.");
  return false;
}
