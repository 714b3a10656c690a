import pino from "pino";
import { LogOutput, standardOutput } from "./output.ts";
import type { LogFormat, LogLevel } from "../config/settings.ts";

export type Log = pino.Logger;

/**
 * The log on standard output, one line per entry. It contains only our own words:
 * outside values are left out, have a checked format, or are masked.
 */
export function createLog(level: LogLevel, format: LogFormat): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  const formatted = format === "json" ? (line: string) => line : prettyLine;
  const output = outputOf(formatted);
  return pino(options, { write: (line) => output.write(formatted(line)) });
}

let standard: LogOutput | undefined;

/** The process has one standard output. */
function outputOf(formatted: (line: string) => string): LogOutput {
  return (standard ??= new LogOutput(standardOutput(), (lost) =>
    formatted(
      JSON.stringify({
        level: "warn",
        time: new Date().toISOString(),
        msg: `${lost} log ${lost === 1 ? "line" : "lines"} couldn't be written: standard output was full, closed, or read too slowly`,
      }) + "\n",
    ),
  ));
}

/** Lines that couldn't be written since the start. */
export function logLinesLost(): number {
  return standard?.lost ?? 0;
}

/** Resolves when waiting lines are written, or after this long. */
export async function flushLog(withinMs: number): Promise<void> {
  await standard?.flush(withinMs);
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
