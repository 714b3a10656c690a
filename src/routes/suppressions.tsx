import { requesterOf } from "../account/viewer.ts";
import { fieldOf } from "../http/form-body.ts";
import { page } from "../http/page.ts";
import { invalidAddress, Problem } from "../http/problem.ts";
import { redirectTo } from "../http/responses.ts";
import { addressText } from "../messages/filter-language.ts";
import { maskRecipient } from "../phone/mask-numbers.ts";
import type { Stores } from "../store/stores.ts";
import type { Suppression } from "../store/suppressions.ts";
import { findNumber } from "../suppressions/find-number.ts";
import { listExport, type ListFormat } from "../suppressions/list-export.ts";
import {
  ADDED_MAX,
  NOTE_LENGTH_MAX,
  PAGE_SIZE,
  readListQuery,
} from "../suppressions/list-query.ts";
import { REASON_WORDS } from "../suppressions/reasons.ts";
import { isChannel } from "../twilio/status.ts";
import { ListPage } from "../../views/suppressions/list-page.tsx";
import { RemovePage } from "../../views/suppressions/remove-page.tsx";
import type { Answer, Asked } from "./asked.ts";
import type { Downloads } from "./downloads.ts";

export type SuppressionDeps = {
  readonly store: Pick<Stores, "suppressions" | "listMessages" | "feedEnd">;
  readonly downloads: Downloads;
  readonly now: () => number;
};

const INVALID_ADDRESS = invalidAddress(
  "This part of the list doesn’t exist. Go to the Do not send list and choose again.",
);

const NOT_LISTED = new Problem({
  status: 404,
  title: "This number isn’t on the list",
  detail:
    "A later message to it may have been delivered, or somebody removed it already.",
});

/** `/do-not-send`: the list, its exports, and taking a number off it. */
export const suppressionHandlers = ({
  store,
  downloads,
  now,
}: SuppressionDeps) => {
  const { suppressions } = store;
  const exported = (
    asked: Asked,
    format: ListFormat,
  ): Answer | Promise<Answer> => {
    const query = readListQuery(new URL(asked.request.url).searchParams);
    if (query === undefined) return INVALID_ADDRESS;
    const { reason } = query;
    return downloads.answer(asked, {
      name: "smsledger-do-not-send",
      format,
      what: "the Do not send list",
      which: reason === undefined ? "" : REASON_WORDS[reason].label,
      text: listExport(store, reason, format),
    });
  };
  const entryOf = async (
    recipientId: string,
    channel: string,
  ): Promise<Suppression | undefined> => {
    if (!/^\d{1,15}$/.test(recipientId) || !isChannel(channel))
      return undefined;
    const entries = await suppressions.of(Number(recipientId));
    return entries.find((each) => each.channel === channel);
  };

  return {
    list: async ({ request, site }: Asked) => {
      const query = readListQuery(new URL(request.url).searchParams);
      if (query === undefined) return INVALID_ADDRESS;
      const { reason, olderThan, number, added } = query;
      const live = await store.feedEnd();
      const [found, isComplete, lookup] = await Promise.all([
        added === undefined
          ? suppressions.list({ reason, olderThan, size: PAGE_SIZE + 1 })
          : suppressions.addedIn(added, ADDED_MAX),
        suppressions.isComplete(),
        number === ""
          ? undefined
          : findNumber(store, number, site.masksNumbers),
      ]);
      const isPaged = added === undefined;
      const entries = isPaged ? found.slice(0, PAGE_SIZE) : found;
      const older =
        found.length > entries.length ? entries.at(-1)?.changeId : undefined;
      const view = { site, query, entries, older, isComplete, lookup, live };
      return page(<ListPage {...view} now={now()} />);
    },
    csv: (asked: Asked) => exported(asked, "csv"),
    json: (asked: Asked) => exported(asked, "json"),
    confirmRemove: async ({ params, site }: Asked<"recipient" | "channel">) => {
      const entry = await entryOf(params.recipient, params.channel);
      if (entry === undefined) return NOT_LISTED;
      return page(<RemovePage {...{ site, entry, now: now() }} />);
    },
    remove: async ({
      params,
      request,
      site,
      body,
    }: Asked<"recipient" | "channel">) => {
      const entry = await entryOf(params.recipient, params.channel);
      if (entry === undefined)
        // A second click has nothing left to do.
        return redirectTo(site.urls.doNotSend(), 303);
      const { recipientId, channel, recipient } = entry;
      await suppressions.remove(
        {
          recipientId,
          channel,
          note: fieldOf(body, "note").trim().slice(0, NOTE_LENGTH_MAX),
          subject: maskRecipient(recipient),
        },
        { ...requesterOf(request), at: now() },
      );
      const name = addressText(recipient, recipientId, site.masksNumbers);
      return redirectTo(site.urls.number(name), 303);
    },
  };
};
