import type { MessageFilter } from "../../store/filter.ts";
import type { MessageRow } from "../../store/store.ts";
import type { TimeRange } from "../../time/time-range.ts";
import { MINUTE_MS, type Ledger } from "./rule.ts";

/** How many of the newest matching messages are read to evaluate a rule whose filter has no counts. */
export const SAMPLE_MAX = 200;

/** Returns the newest messages that match, and since when these are all; undefined for the whole range. */
export async function newestMessages(
  ledger: Pick<Ledger, "listMessages">,
  filter: MessageFilter,
  { from, to }: TimeRange,
  max: number,
): Promise<{
  readonly messages: readonly MessageRow[];
  readonly knownSince: number | undefined;
}> {
  const inRange: MessageFilter = [
    ...filter,
    { field: "after", at: from, negated: false },
    { field: "before", at: to, negated: false },
  ];
  const messages: MessageRow[] = [];
  let olderThan: number | undefined;
  while (messages.length < max) {
    const page = await ledger.listMessages(inRange, {
      size: SAMPLE_MAX,
      ...(olderThan !== undefined && { olderThan }),
    });
    messages.push(...page.messages);
    if (page.older === undefined) return { messages, knownSince: undefined };
    if (page.lookedBackTo !== undefined)
      return { messages, knownSince: minuteAfter(page.lookedBackTo) };
    olderThan = page.older;
  }
  const oldest = messages.at(-1);
  return {
    messages,
    knownSince: oldest && minuteAfter(oldest.firstEventAt),
  };
}

function minuteAfter(at: number): number {
  return Math.ceil((at + 1) / MINUTE_MS) * MINUTE_MS;
}
