import { Elysia } from "elysia";
import { NumberPage } from "../../views/numbers/number-page.tsx";
import { NumbersPage } from "../../views/numbers/numbers-page.tsx";
import type { Site } from "../../views/site.ts";
import type { Downloads, DownloadRequest } from "./downloads.ts";
import { redirectTo } from "../http/responses.ts";
import { pages } from "./pages.ts";
import { VERDICT_LABELS } from "../errors/verdict.ts";
import { addressText } from "../messages/filter-language.ts";
import type { AnswerProblem, Problem } from "./problem.tsx";
import type { Store } from "../store/store.ts";
import {
  numbersExport,
  type NumbersFormat,
} from "../numbers/numbers-export.ts";
import {
  failingRequest,
  PAGE_SIZE,
  readNumbersQuery,
  readPageRequest,
} from "../numbers/numbers-query.ts";
import {
  findRecipient,
  messagesTo,
  otherSpellings,
  summaryOf,
} from "../numbers/recipient.ts";

export type NumberDeps = {
  readonly store: Pick<
    Store,
    | "everyFailingRecipient"
    | "failingRecipients"
    | "listMessages"
    | "recipientCounts"
    | "addressById"
    | "feedEnd"
  >;
  readonly downloads: Downloads;
  readonly now: () => number;
};

const NO_SUCH_NUMBER: Problem = {
  status: 404,
  title: "No message went to this number",
  detail:
    "A number appears here with the first callback of a message to it. Check that it is written as Twilio writes it, with a plus sign and the country’s code.",
};

const NOT_UNDERSTOOD: Problem = {
  status: 400,
  title: "This address isn’t valid",
  detail:
    "The address names a part of the list that doesn’t exist. Go to the numbers and choose again.",
};

export const numberRoutes = (
  { store, downloads, now }: NumberDeps,
  site: Site,
  problem: AnswerProblem,
) => {
  const exported = (
    download: DownloadRequest,
    format: NumbersFormat,
  ): Response | Promise<Response> => {
    const { request } = download;
    const query = readNumbersQuery(new URL(request.url).searchParams);
    if (query === undefined) return problem(request, NOT_UNDERSTOOD);
    return downloads.answer(download, {
      name: "smsledger-numbers",
      format,
      what: "numbers",
      which: query.verdict === undefined ? "" : VERDICT_LABELS[query.verdict],
      text: numbersExport(store, query.verdict, format),
    });
  };
  return new Elysia()
    .use(pages(site))
    .get("/numbers", async ({ page, request, site }) => {
      const query = readNumbersQuery(new URL(request.url).searchParams);
      if (query === undefined) return problem(request, NOT_UNDERSTOOD);
      const live = await store.feedEnd();
      const found = await store.failingRecipients(
        failingRequest(query, PAGE_SIZE + 1),
      );
      const recipients = found.slice(0, PAGE_SIZE);
      const older =
        found.length > PAGE_SIZE ? recipients.at(-1)?.lastFailureId : undefined;
      const view = { site, query, recipients, older, live, now: now() };
      return page(<NumbersPage {...view} />);
    })
    .get("/numbers.csv", (download) => exported(download, "csv"))
    .get("/numbers.json", (download) => exported(download, "json"))
    .get("/numbers/:number", async ({ page, params, request, site }) => {
      const { searchParams } = new URL(request.url);
      const pageRequest = readPageRequest(searchParams);
      if (pageRequest === undefined) return problem(request, NOT_UNDERSTOOD);
      const find = (name: string) =>
        findRecipient(store, name, site.masksNumbers);
      const recipient = await find(params.number);
      if (recipient === undefined) {
        for (const spelling of otherSpellings(params.number)) {
          const found = await find(spelling);
          if (found === undefined) continue;
          const { address, id } = found;
          return redirectTo(
            site.urls.number(addressText(address, id, site.masksNumbers)),
          );
        }
        return problem(request, NO_SUCH_NUMBER);
      }
      const live = await store.feedEnd();
      const [summary, found] = await Promise.all([
        summaryOf(store, recipient),
        store.listMessages(messagesTo(recipient), pageRequest),
      ]);
      if (summary === undefined) return problem(request, NO_SUCH_NUMBER);
      const view = { site, recipient, summary, found, live, now: now() };
      return page(<NumberPage {...view} pageRequest={pageRequest} />);
    });
};
