import pino from "pino";
import type { LogFormat, LogLevel } from "./settings.ts";

export type Log = pino.Logger;

/**
 * The log on standard output, a line each. Only words of ours go into it: a value
 * that came from outside is left out, or is of a checked form, or is masked.
 */
export function createLog(level: LogLevel, format: LogFormat): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  const destination = pino.destination({ fd: 1, sync: true });
  if (format === "json") return pino(options, destination);
  return pino(options, {
    write: (line: string) => destination.write(prettyLine(line)),
  });
}

/** `12:30:01.123 info  listening on … key=value`, from a line of JSON. */
function prettyLine(line: string): string {
  const { time, level, msg, ...fields }: Record<string, unknown> =
    JSON.parse(line);
  const clock = String(time).slice(11, 23);
  const rest = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${JSON.stringify(value)}`,
  );
  return `${clock} ${String(level).padEnd(5)} ${String(msg)}${rest.join("")}\n`;
}

/** What a log may say of an error that is a mistake of ours: its message may hold something that was sent. */
export function failureOf(error: unknown): { error: string; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const at = (error.stack ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "))
    .slice(0, 8);
  return { error: error.name, at };
}
