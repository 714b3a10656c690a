import { writeSync } from "node:fs";

/** Standard output doesn't take what a command has to say. The message says why. */
export class OutputFailed extends Error {
  override readonly name = "OutputFailed";
}

const STDOUT = 1;
const FULL_PAUSE_MS = 5;

/** Writes lines to standard output, whole. Throws OutputFailed; who stops reading early has what they wanted. */
export function print(text: string): void {
  try {
    deliver(text);
  } catch (error) {
    if (!(error instanceof OutputFailed) || codeOf(error.cause) !== "EPIPE")
      throw error;
  }
}

/** Writes what nobody can read again, such as a secret. Throws OutputFailed unless it was taken whole. */
export function deliver(text: string): void {
  let rest = Buffer.from(`${text}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STDOUT, rest));
    } catch (error) {
      if (codeOf(error) !== "EAGAIN")
        throw new OutputFailed(
          `Can't write to standard output: ${reasonOf(codeOf(error))}.`,
          { cause: error },
        );
      // A reader that is slow, of a pipe that doesn't wait by itself.
      Bun.sleepSync(FULL_PAUSE_MS);
    }
  }
}

/**
 * Says what a command has done, on standard error if standard output takes nothing.
 * Returns the exit status: what was done stays done, but a script has to learn that it
 * wasn't told.
 */
export function report(text: string): number {
  try {
    print(text);
    return 0;
  } catch (error) {
    if (!(error instanceof OutputFailed)) throw error;
    console.error(`${error.message} It was done, though:\n${text}`);
    return 1;
  }
}

function reasonOf(code: string): string {
  if (code === "ENOSPC" || code === "EDQUOT") return "its disk is full";
  if (code === "EIO") return "its disk reports an error";
  if (code === "EPIPE") return "nobody reads it";
  return `the system reports ${code}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
