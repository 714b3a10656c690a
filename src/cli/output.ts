import { writeSync } from "node:fs";
import { DONE, FAILED } from "./exit-status.ts";

/** Standard output can't be written. The message says why. */
export class OutputFailed extends Error {
  override readonly name = "OutputFailed";
}

const STDOUT = 1;
const STDERR = 2;
const FULL_PAUSE_MS = 5;

/** Writes lines to standard output, whole. Throws OutputFailed, but not when the reader has stopped reading. */
export function print(text: string): void {
  try {
    deliver(text);
  } catch (error) {
    if (!(error instanceof OutputFailed) || codeOf(error.cause) !== "EPIPE")
      throw error;
  }
}

/** Prints a value as JSON. Throws OutputFailed. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Writes what can't be shown again, such as a secret. Throws OutputFailed unless all of it was written. */
export function deliver(text: string): void {
  write(STDOUT, text);
}

/**
 * Writes lines to standard error, where a reader of the output doesn't get them. Unlike
 * `console.error`, which Bun prints in red at a terminal.
 */
export function say(text: string): void {
  try {
    write(STDERR, text);
  } catch (error) {
    // There is nobody left to tell.
    if (!(error instanceof OutputFailed)) throw error;
  }
}

/**
 * Some texts come from outside, such as a receiver's response. Written as an escape, no
 * character of theirs controls the terminal or changes the direction of text; in JSON it's
 * the same character. Colors of letters stay, as `doctor` marks its verdicts with them.
 */
function harmless(text: string): string {
  return text
    .split(LETTER_COLOR)
    .map((piece) => (LETTER_COLOR.test(piece) ? piece : escaped(piece)))
    .join("");
}

const LETTER_COLOR = new RegExp(`(${String.fromCharCode(27)}\\[3\\dm)`);

function escaped(text: string): string {
  return text.replace(
    /(?!\r?\n|\t)[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function write(file: number, text: string): void {
  let rest = Buffer.from(`${harmless(text)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(file, rest));
    } catch (error) {
      if (codeOf(error) !== "EAGAIN")
        throw new OutputFailed(
          `Can't write to standard output: ${reasonOf(codeOf(error))}.`,
          { cause: error },
        );
      // The reader of a non-blocking pipe is slow.
      Bun.sleepSync(FULL_PAUSE_MS);
    }
  }
}

/**
 * Reports what a command has done, on standard error if standard output can't be written.
 * Returns the exit status, which then is 1: what was done stays done, but the script's
 * reader doesn't know.
 */
export function report(text: string): number {
  try {
    print(text);
    return DONE;
  } catch (error) {
    if (!(error instanceof OutputFailed)) throw error;
    say(`${error.message} It was done, though:\n${text}`);
    return FAILED;
  }
}

function reasonOf(code: string): string {
  if (code === "ENOSPC" || code === "EDQUOT") return "its disk is full";
  if (code === "EIO") return "its disk reports an error";
  if (code === "EPIPE") return "nothing reads it";
  return `the system reports ${code}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
