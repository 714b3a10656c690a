import { requestOrigin } from "../http/origin.ts";
import { randomUUID } from "node:crypto";
import type { Asked } from "./asked.ts";
import { page } from "../http/page.ts";
import { Problem } from "../http/problem.ts";
import { FeedPosition } from "../store/feed-position.ts";
import { MessagePage } from "../../views/messages/message-page.tsx";
import { MessagesPage } from "../../views/messages/messages-page.tsx";
import type { Site } from "../../views/site.ts";
import { redirectTo, unchangedResponse } from "../http/responses.ts";
import { viewsOwner } from "../messages/saved-views.ts";
import type { Store } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import { messageSidMeant } from "../twilio/sid.ts";
import {
  readMessageDetails,
  type MessageDetailsStore,
} from "../messages/message-details.ts";
import {
  readMessageList,
  type MessageListStore,
} from "../messages/message-list.ts";
import {
  hasMistakes,
  isSettled,
  readMessagesQuery,
  textOfControls,
  type MessagesQuery,
} from "../messages/messages-query.ts";

export type MessageDeps = {
  readonly store: MessageListStore &
    MessageDetailsStore &
    Pick<Stores, "views">;
  readonly now: () => number;
};

const NO_SUCH_MESSAGE = new Problem({
  status: 404,
  title: "No message has this SID",
  detail:
    "A message appears here with its first callback. Check the SID: SM or MM, and 32 characters from 0-9 and a-f.",
});

export const messageHandlers = ({ store, now }: MessageDeps) => ({
  list: async ({ request, site }: Asked) => {
    const { searchParams } = new URL(request.url);
    const at = now();
    const query = readMessagesQuery(searchParams, at);
    const q =
      query.mistakes.length === 0
        ? textOfControls(searchParams, query)
        : undefined;
    if (q !== undefined) return redirectTo(site.urls.messages({ q }), 303);
    if (isTyped(request) && !isSettled(query.parsed))
      return unchangedResponse();
    const [list, views] = await Promise.all([
      readMessageList(store, query, at),
      store.views.list(viewsOwner(site.viewer)),
    ]);
    const view = { site, query, list, views, now: at, once: randomUUID() };
    return page(<MessagesPage {...view} />, {
      status: hasMistakes(query) ? 400 : 200,
      headers: tidyAddress(request, site, query),
    });
  },
  one: async ({ params, request, site }: Asked<"sid">) => {
    const sid = messageSidMeant(params.sid);
    if (sid === undefined) return NO_SUCH_MESSAGE;
    const { searchParams } = new URL(request.url);
    const seen = searchParams.get("seen");
    if (
      seen !== null &&
      !(await hasChanged(store, sid, FeedPosition.read(seen)))
    )
      return unchangedResponse();
    const q = searchParams.get("q")?.trim() ?? "";
    const at = now();
    const details = await readMessageDetails(store, sid, q, at);
    if (details === undefined) return NO_SUCH_MESSAGE;
    const origin = requestOrigin(request);
    return page(<MessagePage {...{ site, details, q, now: at, origin }} />);
  },
});

/** messages.js sends this header with a filter that is still being typed. */
function isTyped({ headers }: Request): boolean {
  return headers.has("smsledger-typed");
}

/** Whether a message has an event after `seen`; its open page keeps asking. */
async function hasChanged(
  store: Pick<Store, "messageBySid" | "changedMessages">,
  sid: string,
  seen: FeedPosition | undefined,
): Promise<boolean> {
  if (seen === undefined) return true;
  const message = await store.messageBySid(sid);
  if (message === undefined) return true;
  return (await store.changedMessages([message.id], seen)).length > 0;
}

/** The filter's form sends empty fields as well; the address that htmx shows leaves them out. */
function tidyAddress(
  { headers }: Request,
  { urls }: Site,
  query: MessagesQuery,
): Record<string, string> {
  const isFilterChange =
    headers.has("hx-request") && !headers.has("hx-history-restore-request");
  if (!isFilterChange || query.shown !== undefined) return {};
  if (query.mistakes.length > 0) return {};
  const { olderThan, newerThan } = query.page;
  return {
    "hx-push-url": urls.messages({
      q: query.q,
      ...(olderThan !== undefined && { older: olderThan }),
      ...(newerThan !== undefined && { newer: newerThan }),
    }),
  };
}
