import { Elysia } from "elysia";
import { NumberPage } from "../../views/number-page.tsx";
import { NumbersPage } from "../../views/numbers-page.tsx";
import type { Site } from "../../views/site.ts";
import { downloadResponse, pages } from "../http.ts";
import { latestEventId } from "../live/latest-event.ts";
import type { AnswerProblem, Problem } from "../problem.tsx";
import type { Store } from "../store/store.ts";
import { textStream } from "../text-stream.ts";
import {
  EXPORT_TYPES,
  numbersExport,
  type ExportFormat,
} from "./numbers-export.ts";
import {
  failingRequest,
  PAGE_SIZE,
  readNumbersQuery,
  readPageRequest,
} from "./numbers-query.ts";
import { findRecipient, messagesTo, summaryOf } from "./recipient.ts";

export type NumberDeps = {
  readonly store: Pick<
    Store,
    | "failingRecipients"
    | "listMessages"
    | "countMessages"
    | "addressById"
    | "changesSince"
  >;
  readonly now: () => number;
};

/** Seconds after which one who takes nothing of an export loses the connection. */
const IDLE_S = 60;

const NO_SUCH_NUMBER: Problem = {
  status: 404,
  title: "No message went to this number",
  detail:
    "A number appears here with the first callback of a message to it. Check that it is written as Twilio writes it, with a plus sign and the country’s code.",
};

const NOT_UNDERSTOOD: Problem = {
  status: 400,
  title: "This address is not understood",
  detail:
    "It names a part of the list that there is not. Go to the numbers and choose again.",
};

export const numberRoutes = (
  { store, now }: NumberDeps,
  site: Site,
  problem: AnswerProblem,
) => {
  const exported = (
    request: Request,
    format: ExportFormat,
    keepOpen: () => void,
  ): Response | Promise<Response> => {
    const query = readNumbersQuery(new URL(request.url).searchParams);
    if (query === undefined) return problem(request, NOT_UNDERSTOOD);
    return downloadResponse(
      textStream(numbersExport(store, query.fault, format), keepOpen),
      EXPORT_TYPES[format],
      `smsledger-numbers.${format}`,
    );
  };
  return new Elysia()
    .use(pages())
    .get("/numbers", async ({ page, request }) => {
      const query = readNumbersQuery(new URL(request.url).searchParams);
      if (query === undefined) return problem(request, NOT_UNDERSTOOD);
      const live = await latestEventId(store);
      const found = await store.failingRecipients(
        failingRequest(query, PAGE_SIZE + 1),
      );
      const recipients = found.slice(0, PAGE_SIZE);
      const older =
        found.length > PAGE_SIZE ? recipients.at(-1)?.lastFailureId : undefined;
      const view = { site, query, recipients, older, live, now: now() };
      return page(<NumbersPage {...view} />);
    })
    .get("/numbers.csv", ({ request, server }) =>
      exported(request, "csv", () => server?.timeout(request, IDLE_S)),
    )
    .get("/numbers.json", ({ request, server }) =>
      exported(request, "json", () => server?.timeout(request, IDLE_S)),
    )
    .get("/numbers/:number", async ({ page, params, request }) => {
      const { searchParams } = new URL(request.url);
      const pageRequest = readPageRequest(searchParams);
      if (pageRequest === undefined) return problem(request, NOT_UNDERSTOOD);
      const recipient = await findRecipient(
        store,
        params.number,
        site.masksNumbers,
      );
      if (recipient === undefined) return problem(request, NO_SUCH_NUMBER);
      const live = await latestEventId(store);
      const [summary, found] = await Promise.all([
        summaryOf(store, recipient),
        store.listMessages(messagesTo(recipient), pageRequest),
      ]);
      if (summary === undefined) return problem(request, NO_SUCH_NUMBER);
      const view = { site, recipient, summary, found, live, now: now() };
      return page(<NumberPage {...view} pageRequest={pageRequest} />);
    });
};
