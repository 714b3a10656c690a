import { Elysia } from "elysia";
import type { Downloads, DownloadRequest } from "./downloads.ts";
import { progressId } from "../exports/progress.ts";
import type { AnswerProblem } from "./problem.tsx";
import type { Store } from "../store/store.ts";
import { hasMistakes, readMessagesQuery } from "../messages/messages-query.ts";
import {
  messagesExport,
  type MessagesFormat,
} from "../messages/messages-export.ts";
import { notedFilter } from "../messages/noted-filter.ts";

export type ExportDeps = {
  readonly store: Pick<Store, "everyMatch">;
  readonly downloads: Downloads;
  readonly now: () => number;
};

/** `GET /messages.csv?q=` and `/messages.jsonl?q=`; with a `progress=` the page can ask how far it is. */
export const exportRoutes = (
  { store, downloads, now }: ExportDeps,
  problem: AnswerProblem,
) => {
  const answer = async (
    download: DownloadRequest,
    format: MessagesFormat,
  ): Promise<Response> => {
    const { request } = download;
    const at = now();
    const { searchParams } = new URL(request.url);
    const id = progressId(searchParams.get("progress"));
    searchParams.delete("progress");
    const query = readMessagesQuery(searchParams, at);
    if (hasMistakes(query)) {
      const sentences = [...query.mistakes, ...query.parsed.mistakes].map(
        (mistake) => (typeof mistake === "string" ? mistake : mistake.sentence),
      );
      return problem(request, {
        status: 400,
        title: "The filter is not understood",
        detail: sentences.slice(0, 3).join(" "),
      });
    }
    const progress = downloads.progress.begin(id);
    return downloads.answer(download, {
      name: `smsledger-messages-${minuteOf(at)}`,
      format,
      what: "messages",
      which: notedFilter(query.parsed.terms),
      text: messagesExport(store, query.parsed.filter, format, progress),
      progress,
    });
  };
  return new Elysia()
    .get("/messages.csv", (download) => answer(download, "csv"))
    .get("/messages.jsonl", (download) => answer(download, "jsonl"));
};

/** `2026-11-23-1204`, in UTC. */
function minuteOf(at: number): string {
  const time = new Date(at).toISOString().slice(0, 16);
  return time.replace("T", "-").replace(":", "");
}
