import { Elysia } from "elysia";
import { DictionaryPage } from "../../views/dictionary-page.tsx";
import { ErrorMistakesPage, ErrorPage } from "../../views/error-page.tsx";
import {
  ErrorsMistakesPage,
  ErrorsPage,
  LISTED_FIRST,
} from "../../views/errors-page.tsx";
import type { Site } from "../../views/site.ts";
import { pages } from "../http.ts";
import { latestEventId } from "../live/latest-event.ts";
import type { AnswerProblem } from "../problem.tsx";
import type { Store } from "../store/store.ts";
import { readRange } from "../time-range.ts";
import { QUERY_LENGTH_MAX, searchDictionary } from "./dictionary.ts";
import { readCodeHistory, readErrors } from "./errors-of-period.ts";

export type ErrorDeps = {
  readonly store: Pick<
    Store,
    "tally" | "errorCodeFacts" | "listMessages" | "changesSince"
  >;
  readonly now: () => number;
};

const NO_SUCH_CODE = {
  status: 404,
  title: "This is no error code",
  detail: "An error code is a number of up to nine digits, such as 30003.",
};

export const errorRoutes = (
  { store, now: clock }: ErrorDeps,
  site: Site,
  problem: AnswerProblem,
) =>
  new Elysia()
    .use(pages())
    .get("/errors", async ({ page, request }) => {
      const { searchParams } = new URL(request.url);
      const now = clock();
      const { period, mistakes } = readRange(searchParams, now);
      if (period === undefined) {
        return page(<ErrorsMistakesPage {...{ site, mistakes, now }} />, {
          status: 400,
        });
      }
      const limit = searchParams.has("all") ? Infinity : LISTED_FIRST;
      const live = await latestEventId(store);
      const errors = await readErrors(store, period, limit);
      return page(<ErrorsPage {...{ site, period, errors, now, live }} />);
    })
    .get("/errors/dictionary", ({ page, request }) => {
      const given = new URL(request.url).searchParams.get("q") ?? "";
      const query = given.slice(0, QUERY_LENGTH_MAX);
      const search = searchDictionary(query);
      return page(<DictionaryPage {...{ site, query, search }} />);
    })
    .get("/errors/:code", async ({ page, params, request }) => {
      if (!/^[1-9]\d{0,8}$/.test(params.code))
        return problem(request, NO_SUCH_CODE);
      const code = Number(params.code);
      const now = clock();
      const { period, mistakes } = readRange(
        new URL(request.url).searchParams,
        now,
      );
      if (period === undefined) {
        return page(<ErrorMistakesPage {...{ site, code, mistakes, now }} />, {
          status: 400,
        });
      }
      const live = await latestEventId(store);
      const history = await readCodeHistory(store, code, period);
      return page(
        <ErrorPage {...{ site, code, period, history, now, live }} />,
      );
    });
