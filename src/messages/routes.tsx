import { Elysia } from "elysia";
import { MessagePage } from "../../views/message-page.tsx";
import { MessagesPage } from "../../views/messages-page.tsx";
import type { Site } from "../../views/site.ts";
import { lastHours } from "../errors/errors-query.ts";
import { pages } from "../http.ts";
import type { AnswerProblem } from "../problem.tsx";
import type { Store } from "../store/store.ts";
import { canonicalMessageSid, isMessageSid } from "../twilio/callback.ts";
import { readMessagesQuery, type MessagesQuery } from "./messages-query.ts";

export type MessageDeps = {
  readonly store: Pick<
    Store,
    "listMessages" | "messageBySid" | "timeline" | "countByStatus"
  >;
  readonly now: () => number;
};

const NO_SUCH_MESSAGE = {
  status: 404,
  title: "No message has this SID",
  detail:
    "A message appears here with its first callback. Check the SID: SM or MM, and 32 characters from 0-9 and a-f.",
};

export const messageRoutes = (
  { store, now }: MessageDeps,
  site: Site,
  problem: AnswerProblem,
) =>
  new Elysia()
    .use(pages())
    .get("/messages", async ({ page, request }) => {
      const { searchParams, origin } = new URL(request.url);
      const query = readMessagesQuery(searchParams);
      const at = now();
      const [found, lastDay] = await Promise.all([
        query.mistakes.length > 0
          ? undefined
          : store.listMessages(query.filter, query.page),
        store.countByStatus(lastHours(24, at)),
      ]);
      return page(
        <MessagesPage {...{ site, query, found, lastDay, now: at, origin }} />,
        {
          status: query.mistakes.length > 0 ? 400 : 200,
          headers: tidyAddress(request, site, query),
        },
      );
    })
    .get("/messages/:sid", async ({ page, params, request }) => {
      const sid = isMessageSid(params.sid)
        ? canonicalMessageSid(params.sid)
        : undefined;
      const message = sid && (await store.messageBySid(sid));
      if (!message) return problem(request, NO_SUCH_MESSAGE);
      const events = await store.timeline(message.messageSid);
      return page(<MessagePage {...{ site, message, events, now: now() }} />);
    });

/** The filter's form sends empty fields too; the address that htmx shows does not have them. */
function tidyAddress(
  { headers }: Request,
  { urls }: Site,
  { fields, page, mistakes }: MessagesQuery,
): Record<string, string> {
  const isFilterChange =
    headers.has("hx-request") && !headers.has("hx-history-restore-request");
  if (!isFilterChange || mistakes.length > 0) return {};
  return {
    "hx-push-url": urls.messages({
      ...fields,
      ...(page.olderThan !== undefined && { before: page.olderThan }),
      ...(page.newerThan !== undefined && { after: page.newerThan }),
    }),
  };
}
