import type { MessageFilter } from "../store/filter.ts";
import type { MessageRow, Store } from "../store/store.ts";
import { textStream } from "../text-stream.ts";
import { csvHeader, csvLines } from "./export-csv.ts";
import { messageRecord } from "./export-records.ts";

/** Rows that are read at a time: a short step, so that callbacks need not wait for it. */
const STEP_ROWS = 100;

export type ExportFormat = "csv" | "jsonl";

export const EXPORT_TYPES: Record<ExportFormat, string> = {
  csv: "text/csv; charset=utf-8",
  jsonl: "application/jsonl; charset=utf-8",
};

/**
 * All messages that a filter lets through, newest first, as bytes of CSV or a line of
 * JSON each. Read step by step and no faster than they are taken; messages that come
 * meanwhile are not in it. `onStep` is called before each step. It errors when the store does.
 */
export function exportStream(
  store: Pick<Store, "listMessages">,
  filter: MessageFilter,
  format: ExportFormat,
  onStep: () => void,
): ReadableStream<Uint8Array> {
  return textStream(textOf(store, filter, format), onStep);
}

async function* textOf(
  store: Pick<Store, "listMessages">,
  filter: MessageFilter,
  format: ExportFormat,
): AsyncGenerator<string, void> {
  if (format === "csv") yield csvHeader("messages");
  let olderThan: number | undefined;
  do {
    // What else waits, callbacks above all, comes between two steps.
    await new Promise((resolve) => setImmediate(resolve));
    const page = await store.listMessages(filter, {
      size: STEP_ROWS,
      ...(olderThan !== undefined && { olderThan }),
    });
    // A rare filter's step may find nothing and still have an older one.
    if (page.messages.length > 0) yield linesOf(page.messages, format);
    olderThan = page.older;
  } while (olderThan !== undefined);
}

function linesOf(
  messages: readonly MessageRow[],
  format: ExportFormat,
): string {
  const records = messages.map(messageRecord);
  return format === "csv"
    ? csvLines("messages", records)
    : records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** `smsledger-messages-2026-11-23-1204.csv`, in UTC. */
export function exportName(format: ExportFormat, now: number): string {
  const time = new Date(now).toISOString().slice(0, 16);
  return `smsledger-messages-${time.replace("T", "-").replace(":", "")}.${format}`;
}
