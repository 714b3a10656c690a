import { fileText } from "../exports/formats.ts";
import type { MessageFilter } from "../store/filter.ts";
import type { Store } from "../store/store.ts";
import { COLUMNS, messageRecord, type ExportRecord } from "./export-records.ts";

type Reading = Pick<Store, "listMessages">;

/** Rows that are read at a time: a short step, so that callbacks need not wait for it. */
const STEP_ROWS = 100;

export type MessagesFormat = "csv" | "jsonl";

/**
 * All messages that a filter lets through, newest first, piece by piece; messages that
 * come meanwhile are not in it. Throws when the store does.
 */
export function messagesExport(
  store: Reading,
  filter: MessageFilter,
  format: MessagesFormat,
): AsyncGenerator<string, void> {
  return fileText(format, COLUMNS.messages, steps(store, filter));
}

/** A rare filter's step may find nothing and still have an older one. */
async function* steps(
  store: Reading,
  filter: MessageFilter,
): AsyncGenerator<readonly ExportRecord[], void> {
  let olderThan: number | undefined;
  do {
    const page = await store.listMessages(filter, {
      size: STEP_ROWS,
      ...(olderThan !== undefined && { olderThan }),
    });
    yield page.messages.map(messageRecord);
    olderThan = page.older;
  } while (olderThan !== undefined);
}
