import { requestOrigin } from "../http/origin.ts";
import type { Answer, Asked } from "./asked.ts";
import type { Downloads } from "./downloads.ts";
import { page } from "../http/page.ts";
import { invalidAddress, Problem } from "../http/problem.ts";
import {
  NumberPage,
  type LatestMessage,
} from "../../views/numbers/number-page.tsx";
import { NumbersPage } from "../../views/numbers/numbers-page.tsx";
import { redirectTo } from "../http/responses.ts";
import {
  aboutRecipient,
  VERDICT_LABELS,
  verdictOnMessage,
} from "../errors/verdict.ts";
import { addressText } from "../messages/filter-language.ts";
import type { MessageRow, PageRequest } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import type { Suppression } from "../store/suppressions.ts";
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
    Stores,
    | "everyFailingRecipient"
    | "failingRecipients"
    | "listMessages"
    | "recipientCounts"
    | "addressById"
    | "feedEnd"
    | "suppressions"
    | "timeline"
    | "reconciles"
  >;
  readonly downloads: Downloads;
  readonly now: () => number;
};

/** How many changes on the "do not send" list a number's page shows. */
const CHANGES_SHOWN = 20;

const NO_SUCH_NUMBER = new Problem({
  status: 404,
  title: "No message went to this number",
  detail:
    "A number appears here with the first callback of a message to it. Check that it is written as Twilio writes it, with a plus sign and the country’s code.",
});

const INVALID_ADDRESS = invalidAddress(
  "This part of the list doesn’t exist. Go to the numbers and choose again.",
);

export const numberHandlers = ({ store, downloads, now }: NumberDeps) => {
  const exported = (
    asked: Asked,
    format: NumbersFormat,
  ): Answer | Promise<Answer> => {
    const query = readNumbersQuery(new URL(asked.request.url).searchParams);
    if (query === undefined) return INVALID_ADDRESS;
    return downloads.answer(asked, {
      name: "smsledger-numbers",
      format,
      what: "numbers",
      which: query.verdict === undefined ? "" : VERDICT_LABELS[query.verdict],
      text: numbersExport(store, query.verdict, format),
    });
  };
  return {
    list: async ({ request, site }: Asked) => {
      const query = readNumbersQuery(new URL(request.url).searchParams);
      if (query === undefined) return INVALID_ADDRESS;
      const live = await store.feedEnd();
      const found = await store.failingRecipients(
        failingRequest(query, PAGE_SIZE + 1),
      );
      const recipients = found.slice(0, PAGE_SIZE);
      const older =
        found.length > PAGE_SIZE ? recipients.at(-1)?.lastFailureId : undefined;
      const view = { site, query, recipients, older, live, now: now() };
      return page(<NumbersPage {...view} />);
    },
    csv: (asked: Asked) => exported(asked, "csv"),
    json: (asked: Asked) => exported(asked, "json"),
    one: async ({ params, request, site }: Asked<"number">) => {
      const { searchParams } = new URL(request.url);
      const pageRequest = readPageRequest(searchParams);
      if (pageRequest === undefined) return INVALID_ADDRESS;
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
        return NO_SUCH_NUMBER;
      }
      const live = await store.feedEnd();
      const [summary, entries, changes, found] = await Promise.all([
        summaryOf(store, recipient),
        store.suppressions.of(recipient.id),
        store.suppressions.history(recipient.id, CHANGES_SHOWN),
        store.listMessages(messagesTo(recipient), pageRequest),
      ]);
      if (summary === undefined) return NO_SUCH_NUMBER;
      const view = {
        site,
        recipient,
        summary,
        entries,
        changes,
        found,
        latest: await latestOf(store, found.messages, entries, pageRequest),
        origin: requestOrigin(request),
        live,
        now: now(),
      };
      return page(<NumberPage {...view} pageRequest={pageRequest} />);
    },
  };
};

/** Returns what support says about the latest message; undefined on the further pages of the list. */
async function latestOf(
  { timeline, reconciles }: NumberDeps["store"],
  messages: readonly MessageRow[],
  entries: readonly Suppression[],
  { olderThan, newerThan }: PageRequest,
): Promise<LatestMessage | undefined> {
  const [message] = messages;
  if (
    message === undefined ||
    olderThan !== undefined ||
    newerThan !== undefined
  )
    return undefined;
  const [events, goneAt] = await Promise.all([
    timeline(message.messageSid),
    reconciles.goneAt(message.id),
  ]);
  const about = aboutRecipient(message, messages, entries);
  const verdict = verdictOnMessage(message, about);
  return { message, events, verdict, isGone: goneAt !== undefined };
}
