import type { Store } from "../../src/store/store.ts";
import type { Stores } from "../../src/store/stores.ts";

/** The methods that read messages once recorded events are settled. */
const READS = [
  "listMessages",
  "listAndCount",
  "countMessages",
  "messageBySid",
  "changedMessages",
  "timeline",
  "furtherReports",
  "outcomeSources",
  "tally",
  "keptTally",
  "newestTally",
  "topSenders",
  "countedByMinuteSince",
  "deliveryTimes",
  "errorCodeFacts",
  "failingRecipients",
  "recipientCounts",
  "addressById",
  "suggest",
  "recentNumbersWith",
  "firstMessageAt",
  "lastEventAt",
  "feedStart",
  "feedEnd",
  "feedAfter",
  "feedWithMessages",
  "eventsWithMessages",
  "matcher",
  "changesSince",
] as const satisfies readonly (keyof Store)[];

const STEPS = [
  "everyMessage",
  "everyMessageNewestFirst",
  "everyEvent",
  "everyFailingRecipient",
] as const satisfies readonly (keyof Store)[];

/** The same store, but each read waits until it sees what was recorded before. */
export function readingSettled(store: Stores): Stores {
  const upkeep: Stores["upkeep"] = {
    ...store.upkeep,
    async readClock(now) {
      await store.settled();
      return store.upkeep.readClock(now);
    },
  };
  return new Proxy<Stores>(
    { ...store, upkeep },
    {
      get(target, name: keyof Stores) {
        const method = target[name];
        if (typeof method !== "function") return method;
        if (READS.some((each) => each === name))
          return async (...input: unknown[]) => {
            await target.settled();
            return Reflect.apply(method, target, input);
          };
        if (STEPS.some((each) => each === name))
          return async function* (...input: unknown[]) {
            await target.settled();
            yield* Reflect.apply(method, target, input);
          };
        return method;
      },
    },
  );
}
