import type {
  EventRow,
  FailingRequest,
  MessagePage,
  PageRequest,
  Reading,
} from "../store.ts";
import type { FeedPosition } from "../feed-position.ts";

/** What reads the rows of one step, each in one short query. */
type Step = Pick<
  Reading,
  "failingRecipients" | "feedAfter" | "feedWithMessages" | "listMessages"
> & {
  eventsAfter(id: number, limit: number): Promise<readonly EventRow[]>;
};

type InSteps = Pick<
  Reading,
  | "everyMessage"
  | "everyEvent"
  | "everyMessageNewestFirst"
  | "everyFailingRecipient"
  | "feedAfter"
  | "feedWithMessages"
>;

/** Reads what may be too much for one query in steps of `stepRows`, between which others get their turn. */
export function inSteps(step: Step, stepRows: number): InSteps {
  return {
    async *everyMessage(filter = []) {
      for (let newerThan: number | undefined = 0; newerThan !== undefined;) {
        const page = { size: stepRows, newerThan };
        const found: MessagePage = await step.listMessages(filter, page);
        yield found.messages.toReversed();
        newerThan = found.newer;
      }
    },
    async *everyMessageNewestFirst(filter) {
      let page: PageRequest = { size: stepRows };
      for (;;) {
        const { messages, older } = await step.listMessages(filter, page);
        yield messages;
        if (older === undefined) return;
        page = { size: stepRows, olderThan: older };
      }
    },
    async *everyEvent() {
      for (let after = 0; ;) {
        const events = await step.eventsAfter(after, stepRows);
        const last = events.at(-1);
        if (last === undefined) return;
        yield events;
        after = last.id;
      }
    },
    async *everyFailingRecipient(request) {
      let next: FailingRequest = { ...request, size: stepRows };
      for (;;) {
        const recipients = await step.failingRecipients(next);
        const last = recipients.at(-1);
        if (last === undefined) return;
        yield recipients;
        next = { ...next, olderThan: last.lastFailureId };
      }
    },
    feedAfter: feedInSteps(step.feedAfter, stepRows),
    feedWithMessages: feedInSteps(step.feedWithMessages, stepRows),
  };
}

type FeedPart<Row> = {
  readonly events: readonly Row[];
  readonly next: FeedPosition;
};
type ReadFeed<Row> = (
  position: FeedPosition,
  limit: number,
) => Promise<FeedPart<Row>>;

function feedInSteps<Row>(
  read: ReadFeed<Row>,
  stepRows: number,
): ReadFeed<Row> {
  return async (position, limit) => {
    const events: Row[] = [];
    let next = position;
    let part: FeedPart<Row>;
    do {
      const size = Math.min(stepRows, limit - events.length);
      part = await read(next, size);
      events.push(...part.events);
      ({ next } = part);
    } while (part.events.length === stepRows && events.length < limit);
    return { events, next };
  };
}
