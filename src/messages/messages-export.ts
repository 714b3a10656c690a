import { fileText } from "../exports/formats.ts";
import type { MessageFilter } from "../store/filter.ts";
import type { Store } from "../store/store.ts";
import type { Progress } from "../exports/progress.ts";
import { COLUMNS, messageRecord, type ExportRecord } from "./export-records.ts";

type Reading = Pick<Store, "everyMessageNewestFirst">;

export type MessagesFormat = "csv" | "jsonl";

/**
 * Exports all messages that match a filter, newest first, piece by piece, without
 * messages that arrive in the meantime. Counts in `progress`. Throws if the store
 * does.
 */
export function messagesExport(
  store: Reading,
  filter: MessageFilter,
  format: MessagesFormat,
  progress?: Progress,
): AsyncGenerator<string, void> {
  return fileText(format, COLUMNS.messages, steps(store, filter, progress));
}

async function* steps(
  store: Reading,
  filter: MessageFilter,
  progress: Progress | undefined,
): AsyncGenerator<readonly ExportRecord[], void> {
  for await (const messages of store.everyMessageNewestFirst(filter)) {
    yield messages.map(messageRecord);
    if (progress) progress.records += messages.length;
  }
}
