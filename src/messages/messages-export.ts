import { fileText } from "../exports/formats.ts";
import type { MessageFilter } from "../store/filter.ts";
import type { Store } from "../store/store.ts";
import type { Progress } from "../exports/progress.ts";
import { COLUMNS, messageRecord, type ExportRecord } from "./export-records.ts";

type Reading = Pick<Store, "listMessages">;

/** Rows that are read at a time: a short step, so that callbacks need not wait for it. */
const STEP_ROWS = 25;

export type MessagesFormat = "csv" | "jsonl";

/**
 * All messages that a filter lets through, newest first, piece by piece; messages that
 * come meanwhile are not in it. Counts in `progress`. Throws when the store does.
 */
export function messagesExport(
  store: Reading,
  filter: MessageFilter,
  format: MessagesFormat,
  progress?: Progress,
): AsyncGenerator<string, void> {
  return fileText(format, COLUMNS.messages, steps(store, filter, progress));
}

/** A rare filter's step may find nothing and still have an older one. */
async function* steps(
  store: Reading,
  filter: MessageFilter,
  progress: Progress | undefined,
): AsyncGenerator<readonly ExportRecord[], void> {
  let olderThan: number | undefined;
  do {
    const page = await store.listMessages(filter, {
      size: STEP_ROWS,
      ...(olderThan !== undefined && { olderThan }),
    });
    yield page.messages.map(messageRecord);
    if (progress) progress.records += page.messages.length;
    olderThan = page.older;
  } while (olderThan !== undefined);
}
