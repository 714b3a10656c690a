import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Config } from "../config/config.ts";
import { fileText } from "../exports/formats.ts";
import { maskedReading } from "../store/masked.ts";
import { openEngine } from "../store/open.ts";
import type { Reading } from "../store/store.ts";
import {
  COLUMNS,
  eventRecord,
  messageRecord,
  type ExportRecord,
} from "../messages/export-records.ts";
import { noteUse } from "./audit-note.ts";
import { FlagReader, type Flags } from "./flags.ts";

export type ExportOptions = {
  readonly format: "jsonl" | "csv";
  readonly events: boolean;
};

/** Reads the flags of `export`. Throws ConfigError with all mistakes. */
export function exportOptions(flags: Flags): ExportOptions {
  const reader = new FlagReader(flags);
  const format = reader.oneOf("format", "jsonl", ["jsonl", "csv"]);
  reader.requireRight();
  return { format, events: flags["events"] === true };
}

/**
 * Writes all messages, or all events, to standard output, oldest first, no faster than
 * they are taken. Resolves to the exit status; who stops reading early has what they
 * wanted, so that is no failure.
 */
export async function exportAll(
  { databaseUrl, masksNumbers }: Pick<Config, "databaseUrl" | "masksNumbers">,
  options: ExportOptions,
): Promise<number> {
  const engine = openEngine(databaseUrl);
  const reader = await engine.openForReading();
  await noteUse(engine, `exported ${options.events ? "events" : "messages"}`);
  const shown = masksNumbers ? maskedReading(reader) : reader;
  try {
    await pipeline(Readable.from(textOf(shown, options)), process.stdout, {
      end: false,
    });
    return 0;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EPIPE") return 0;
    if (code !== "ENOSPC" && code !== "EIO") throw error;
    const what =
      code === "EIO" ? "its disk reports an error" : "its disk is full";
    console.error(
      `Can't write to standard output: ${what}. The export is incomplete.`,
    );
    return 1;
  } finally {
    await reader.close();
  }
}

function textOf(
  reader: Reading,
  { format, events }: ExportOptions,
): AsyncGenerator<string, void> {
  return events
    ? fileText(
        format,
        COLUMNS.events,
        recordsOf(reader.everyEvent(), eventRecord),
      )
    : fileText(
        format,
        COLUMNS.messages,
        recordsOf(reader.everyMessage(), messageRecord),
      );
}

async function* recordsOf<Row>(
  steps: AsyncIterable<readonly Row[]>,
  record: (row: Row) => ExportRecord,
): AsyncGenerator<readonly ExportRecord[]> {
  for await (const rows of steps) yield rows.map(record);
}
