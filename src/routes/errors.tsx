import type { Asked } from "./asked.ts";
import { page } from "../http/page.ts";
import { DictionaryPage } from "../../views/errors/dictionary-page.tsx";
import {
  ErrorMistakesPage,
  ErrorPage,
} from "../../views/errors/error-page.tsx";
import {
  ErrorsMistakesPage,
  ErrorsPage,
  LISTED_FIRST,
} from "../../views/errors/errors-page.tsx";
import { redirectTo } from "../http/responses.ts";
import { plainText } from "../phone/pasted-text.ts";
import type { Store } from "../store/store.ts";
import { readRange } from "../time/time-range.ts";
import {
  QUERY_LENGTH_MAX,
  searchDictionary,
  wholeCode,
} from "../errors/dictionary.ts";
import { readCodeHistory, readErrors } from "../errors/errors-of-period.ts";

export type ErrorDeps = {
  readonly store: Pick<
    Store,
    | "tally"
    | "topSenders"
    | "errorCodeFacts"
    | "listMessages"
    | "firstMessageAt"
    | "feedEnd"
    | "countedByMinuteSince"
  >;
  readonly now: () => number;
};

export const errorHandlers = ({ store, now: clock }: ErrorDeps) => ({
  list: async ({ request, site }: Asked) => {
    const { searchParams } = new URL(request.url);
    const now = clock();
    const { period, mistakes } = readRange(
      searchParams,
      now,
      await store.countedByMinuteSince(),
    );
    if (period === undefined) {
      return page(<ErrorsMistakesPage {...{ site, mistakes, now }} />, {
        status: 400,
      });
    }
    const limit = searchParams.has("all") ? Infinity : LISTED_FIRST;
    const live = await store.feedEnd();
    const errors = await readErrors(store, period, limit);
    return page(<ErrorsPage {...{ site, period, errors, now, live }} />);
  },
  dictionary: ({ request, site }: Asked) => {
    const given = new URL(request.url).searchParams.get("q") ?? "";
    const query = plainText(given).slice(0, QUERY_LENGTH_MAX);
    const code = wholeCode(query);
    // htmx sends this while someone is still typing.
    if (code !== undefined && !request.headers.has("hx-request"))
      return redirectTo(site.urls.error(code));
    const search = searchDictionary(query);
    return page(<DictionaryPage {...{ site, query, search }} />);
  },
  one: async ({ params, request, site }: Asked<"code">) => {
    const typed = plainText(params.code).trim();
    if (!/^[1-9]\d{0,8}$/.test(typed)) {
      const search = searchDictionary("");
      return page(
        <DictionaryPage {...{ site, search }} query="" isNoCode={true} />,
        { status: 404 },
      );
    }
    const code = Number(typed);
    const now = clock();
    const { period, mistakes } = readRange(
      new URL(request.url).searchParams,
      now,
      await store.countedByMinuteSince(),
    );
    if (period === undefined) {
      return page(<ErrorMistakesPage {...{ site, code, mistakes, now }} />, {
        status: 400,
      });
    }
    const live = await store.feedEnd();
    const history = await readCodeHistory(store, code, period);
    return page(<ErrorPage {...{ site, code, period, history, now, live }} />);
  },
});
