import type { Asked } from "./asked.ts";
import { FeedPosition } from "../store/feed-position.ts";
import { ExportProgress } from "../../views/messages/export-progress.tsx";
import { FilterSuggestions } from "../../views/messages/filter-suggestions.tsx";
import { ListNews } from "../../views/messages/list-news.tsx";
import type { Downloads } from "./downloads.ts";
import { progressId } from "../exports/progress.ts";
import { page } from "../http/page.ts";
import { unchangedResponse } from "../http/responses.ts";
import type { Store } from "../store/store.ts";
import { suggestionsFor } from "../messages/filter-suggestions.ts";
import { parseFilter } from "../messages/filter-language.ts";
import { MESSAGES_PER_PAGE } from "../messages/messages-query.ts";

export type ListPartDeps = {
  readonly store: Pick<
    Store,
    "suggest" | "countMessages" | "changedMessages" | "feedEnd"
  >;
  readonly downloads: Pick<Downloads, "progress">;
  readonly now: () => number;
};

/** Parts of the list's page that it loads by itself: suggestions, an export's progress, news. */
export const listPartHandlers = ({ store, downloads, now }: ListPartDeps) => ({
  suggest: async ({ request }: Asked) => {
    const { searchParams } = new URL(request.url);
    const text = searchParams.get("q") ?? "";
    const at = searchParams.get("at");
    const caret = at === null ? text.length : Number(at);
    const without = searchParams.get("without")?.split(",");
    const suggestions = Number.isSafeInteger(caret)
      ? await suggestionsFor(
          text,
          caret,
          (...asked) => store.suggest(...asked),
          without,
        )
      : [];
    return page(<FilterSuggestions suggestions={suggestions} />);
  },
  exportProgress: ({ request, site }: Asked) => {
    const { searchParams } = new URL(request.url);
    const id = progressId(searchParams.get("id"));
    if (id === undefined) return unchangedResponse();
    const asked = wholeNumber(searchParams.get("asked") ?? "") ?? 0;
    const progress = downloads.progress.of(id);
    const { urls } = site;
    return page(<ExportProgress {...{ urls, id, asked, progress }} />);
  },
  news: async ({ request, site }: Asked) => {
    const { searchParams } = new URL(request.url);
    const asked = newsAsked(searchParams);
    const at = now();
    const { filter, mistakes } = parseFilter(asked?.q ?? "", at);
    if (asked === undefined || mistakes.length > 0) return unchangedResponse();
    const position = await store.feedEnd();
    const [count, changed] = await Promise.all([
      store.countMessages(filter, asked.completeAbove, asked.ids),
      store.changedMessages(asked.ids, asked.position),
    ]);
    return page(
      <ListNews {...{ site, ...asked, position, count, changed, now: at }} />,
    );
  },
});

/** What a list's page says about itself; undefined if that is malformed. */
function newsAsked(params: URLSearchParams) {
  const completeAbove = wholeNumber(params.get("above") ?? "");
  const position = FeedPosition.read(params.get("after") ?? "");
  const ids = (params.get("ids") ?? "")
    .split(",")
    .filter((id) => id !== "")
    .map(wholeNumber);
  if (completeAbove === undefined || position === undefined) return undefined;
  if (ids.length > MESSAGES_PER_PAGE) return undefined;
  return {
    q: params.get("q")?.trim() ?? "",
    completeAbove,
    position,
    ids: ids.filter((id) => id !== undefined),
  };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
