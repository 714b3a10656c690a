import type {
  EventRow,
  FailingRequest,
  FeedPage,
  MessageRow,
  PageRequest,
  Reading,
} from "../store.ts";
import type { FeedPosition } from "../feed-position.ts";

/** What one step reads: one query, which is over soon. */
type Step = Pick<
  Reading,
  "failingRecipients" | "feedAfter" | "listMessages"
> & {
  messagesAfter(id: number, limit: number): Promise<readonly MessageRow[]>;
  eventsAfter(id: number, limit: number): Promise<readonly EventRow[]>;
};

type InSteps = Pick<
  Reading,
  | "everyMessage"
  | "everyEvent"
  | "everyMatch"
  | "everyFailingRecipient"
  | "feedAfter"
>;

/** Reads what may be too much for one query in steps of `stepRows`, between which others have their turn. */
export function inSteps(step: Step, stepRows: number): InSteps {
  return {
    everyMessage: () => rising((id) => step.messagesAfter(id, stepRows)),
    everyEvent: () => rising((id) => step.eventsAfter(id, stepRows)),
    async *everyMatch(filter) {
      let next: PageRequest | undefined = { size: stepRows };
      while (next !== undefined) {
        const { messages, older } = await step.listMessages(filter, next);
        yield messages;
        next = older === undefined ? undefined : { ...next, olderThan: older };
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
    async feedAfter(position, limit) {
      const events: EventRow[] = [];
      let next: FeedPosition = position;
      let page: FeedPage;
      do {
        const size = Math.min(stepRows, limit - events.length);
        page = await step.feedAfter(next, size);
        events.push(...page.events);
        ({ next } = page);
      } while (page.events.length === stepRows && events.length < limit);
      return { events, next };
    },
  };
}

async function* rising<Row extends { readonly id: number }>(
  after: (id: number) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[], void> {
  for (let id = 0; ;) {
    const rows = await after(id);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    ({ id } = last);
  }
}
