/** What a log may say about an error that is a bug. */
export type Failure = {
  readonly error: string;
  /** SQLite's code, or the system's. */
  readonly code?: string;
  /** A message that repeats no value. */
  readonly message?: string;
  readonly at: readonly string[];
};

/** An impossible state, noticed by the program itself. The message repeats no value, so it may be logged. */
export class Mistake extends Error {
  override readonly name = "Mistake";
}

const AT_MAX = 8;

/** Returns what may be logged about an error. Other messages may contain something that was sent, so they're left out. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const at = (error.stack ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "))
    .slice(0, AT_MAX);
  const code = "code" in error ? String(error.code) : "";
  return {
    error: error.name,
    ...(/^[A-Z][A-Z0-9_]+$/.test(code) && { code }),
    ...(isOurs(error, code) && { message: error.message }),
    at,
  };
}

/** For a constraint, SQLite names the table and its columns, or repeats a trigger's message. */
function isOurs(error: Error, code: string): boolean {
  return error instanceof Mistake || code.startsWith("SQLITE_CONSTRAINT");
}
