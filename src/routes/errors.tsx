import type { Asked } from "./asked.ts";
import { page } from "../http/page.ts";
import { Problem } from "../http/problem.ts";
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
import { requesterOf } from "../account/viewer.ts";
import { fieldOf } from "../http/form-body.ts";
import type { By } from "../store/accounts.ts";
import { MUTED_CODES_MAX } from "../store/alerts.ts";
import type { Stores } from "../store/stores.ts";
import { noteText } from "../alerts/note-text.ts";
import { readRange } from "../time/time-range.ts";
import {
  QUERY_LENGTH_MAX,
  searchDictionary,
  wholeCode,
} from "../errors/dictionary.ts";
import { readCodeHistory, readErrors } from "../errors/errors-of-period.ts";

export type ErrorDeps = {
  readonly store: Pick<
    Stores,
    | "alerts"
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
    const [history, mutedCodes] = await Promise.all([
      readCodeHistory(store, code, period),
      store.alerts.mutedCodes(),
    ]);
    const muted = mutedCodes.find(({ errorCode }) => errorCode === code);
    return page(
      <ErrorPage {...{ site, code, period, history, muted, now, live }} />,
    );
  },
  mute: async ({ params, request, site, body }: Asked<"code">) => {
    const code = codeIn(params.code);
    if (code === undefined) return NO_SUCH_CODE;
    const by: By = { ...requesterOf(request), at: clock() };
    const note = noteText(fieldOf(body, "note"));
    const muted = await store.alerts.muteCode(code, note, by);
    return muted === "muted"
      ? redirectTo(site.urls.error(code), 303)
      : TOO_MANY_MUTED;
  },
  unmute: async ({ params, request, site, body }: Asked<"code">) => {
    const code = codeIn(params.code);
    if (code === undefined) return NO_SUCH_CODE;
    const by: By = { ...requesterOf(request), at: clock() };
    await store.alerts.unmuteCode(code, by);
    const isFromRules = fieldOf(body, "from") === "rules";
    const { urls } = site;
    return redirectTo(isFromRules ? urls.alertRules : urls.error(code), 303);
  },
});

/** The code that an address names; undefined if it's none. */
function codeIn(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

const NO_SUCH_CODE = new Problem({
  status: 404,
  title: "This isn’t an error code",
  detail: "A code is a number of up to nine digits, such as 30003.",
});

const TOO_MANY_MUTED = new Problem({
  status: 400,
  title: "Nothing was changed",
  detail: `There are already ${MUTED_CODES_MAX} muted codes, the maximum. Alerts, Rules lists them: unmute one.`,
});
