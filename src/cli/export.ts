import { say } from "./output.ts";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ConfigError, quotedText, type Config } from "../config/config.ts";
import { fileText } from "../exports/formats.ts";
import { maskedReading } from "../store/masked.ts";
import { openEngine } from "../store/open.ts";
import type { MessageFilter } from "../store/filter.ts";
import type { EventRow, Reading } from "../store/store.ts";
import { parseFilter, type ParsedFilter } from "../messages/filter-language.ts";
import { notedFilter } from "../messages/noted-filter.ts";
import {
  COLUMNS,
  eventRecord,
  messageRecord,
  type ExportRecord,
} from "../messages/export-records.ts";
import type { FilterMistake } from "../messages/filter-mistakes.ts";
import { plainText } from "../words/plain-text.ts";
import { noteUse } from "./audit-note.ts";
import { FlagReader, type Flags } from "./flags.ts";
import { DONE, FAILED } from "./exit-status.ts";

export type ExportOptions = {
  readonly format: "jsonl" | "csv";
  readonly events: boolean;
  /** What the export is narrowed to; without terms it's everything. */
  readonly filter: ParsedFilter;
};

/** Reads the flags of `export`. Throws ConfigError with all mistakes. */
export function exportOptions(flags: Flags): ExportOptions {
  const reader = new FlagReader(flags);
  const format = reader.oneOf("format", "jsonl", ["jsonl", "csv"]);
  const filter = reader.read("filter", EVERYTHING, filterOf);
  reader.requireRight();
  return { format, events: flags["events"] === true, filter };
}

const EVERYTHING = parseFilter("", 0);

function filterOf(text: string): ParsedFilter {
  const parsed = parseFilter(text, Date.now());
  if (parsed.mistakes.length > 0)
    throw new ConfigError(parsed.mistakes.map((each) => mistakeIn(text, each)));
  return parsed;
}

/** `--filter "staus:failed": this filter doesn't exist. Did you mean status?`, with the words that are wrong. */
function mistakeIn(
  text: string,
  { sentence, from, to }: FilterMistake,
): string {
  const end = text.slice(to).search(/\s|$/) + to;
  const words = quotedText(text.slice(from, end));
  const rest = plainText(sentence).replace(/^[A-Z](?=[a-z' ])/, (first) =>
    first.toLowerCase(),
  );
  return `--filter${words && ` ${words}`}: ${rest}`;
}

/**
 * Writes messages or events to standard output, oldest first, no faster than they are
 * read. Resolves to the exit status; a reader that stops early has what it wanted, which
 * isn't a failure.
 */
export async function exportAll(
  { databaseUrl, masksNumbers }: Pick<Config, "databaseUrl" | "masksNumbers">,
  options: ExportOptions,
): Promise<number> {
  const engine = openEngine(databaseUrl);
  const reader = await engine.openForReading();
  await noteUse(
    engine,
    `exported ${options.events ? "events" : "messages"}`,
    notedFilter(options.filter.terms),
  );
  const shown = masksNumbers ? maskedReading(reader) : reader;
  try {
    await pipeline(Readable.from(textOf(shown, options)), process.stdout, {
      end: false,
    });
    return DONE;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EPIPE") return DONE;
    if (code !== "ENOSPC" && code !== "EIO") throw error;
    const what =
      code === "EIO" ? "its disk reports an error" : "its disk is full";
    say(`Can't write to standard output: ${what}. The export is incomplete.`);
    return FAILED;
  } finally {
    await reader.close();
  }
}

function textOf(
  reader: Reading,
  { format, events, filter: { filter } }: ExportOptions,
): AsyncGenerator<string, void> {
  if (!events) {
    const records = recordsOf(reader.everyMessage(filter), messageRecord);
    return fileText(format, COLUMNS.messages, records);
  }
  const all =
    filter.length === 0
      ? reader.everyEvent()
      : eventsOfMatching(reader, filter);
  return fileText(format, COLUMNS.events, recordsOf(all, eventRecord));
}

async function* recordsOf<Row>(
  steps: AsyncIterable<readonly Row[]>,
  record: (row: Row) => ExportRecord,
): AsyncGenerator<readonly ExportRecord[]> {
  for await (const rows of steps) yield rows.map(record);
}

/** The events of each message together, as a filter is about messages. */
async function* eventsOfMatching(
  reader: Reading,
  filter: MessageFilter,
): AsyncGenerator<readonly EventRow[]> {
  for await (const messages of reader.everyMessage(filter))
    for (const { messageSid } of messages)
      yield await reader.timeline(messageSid);
}
