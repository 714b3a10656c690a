import { progressId } from "../exports/progress.ts";
import { Problem } from "../http/problem.ts";
import {
  messagesExport,
  type MessagesFormat,
} from "../messages/messages-export.ts";
import { hasMistakes, readMessagesQuery } from "../messages/messages-query.ts";
import { notedFilter } from "../messages/noted-filter.ts";
import type { Store } from "../store/store.ts";
import type { Answer, Asked } from "./asked.ts";
import type { Downloads } from "./downloads.ts";

export type ExportDeps = {
  readonly store: Pick<Store, "everyMessageNewestFirst">;
  readonly downloads: Downloads;
  readonly now: () => number;
};

/** The messages that `q` finds, as a file; with a `progress` the page can ask how far it is. */
export const messageExportHandlers = ({
  store,
  downloads,
  now,
}: ExportDeps) => {
  const answer = async (
    asked: Asked,
    format: MessagesFormat,
  ): Promise<Answer> => {
    const at = now();
    const { searchParams } = new URL(asked.request.url);
    const id = progressId(searchParams.get("progress"));
    searchParams.delete("progress");
    const query = readMessagesQuery(searchParams, at);
    if (hasMistakes(query)) {
      const sentences = [...query.mistakes, ...query.parsed.mistakes].map(
        (mistake) => (typeof mistake === "string" ? mistake : mistake.sentence),
      );
      return new Problem({
        status: 400,
        title: "Can’t read this filter",
        detail: sentences.slice(0, 3).join(" "),
      });
    }
    const progress = downloads.progress.begin(id);
    return downloads.answer(asked, {
      name: `smsledger-messages-${minuteOf(at)}`,
      format,
      what: "messages",
      which: notedFilter(query.parsed.terms),
      text: messagesExport(store, query.parsed.filter, format, progress),
      progress,
    });
  };
  return {
    csv: (asked: Asked) => answer(asked, "csv"),
    jsonl: (asked: Asked) => answer(asked, "jsonl"),
  };
};

/** `2026-11-23-1204`, in UTC. */
function minuteOf(at: number): string {
  const time = new Date(at).toISOString().slice(0, 16);
  return time.replace("T", "-").replace(":", "");
}
