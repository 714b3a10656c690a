import type { AttemptKind, Delivery } from "../store/outbox.ts";
import type { Reading } from "../store/store.ts";
import type { SuppressionStore } from "../store/suppressions.ts";
import { changeJob, eventJob, type EventSender, type Job } from "./job.ts";

export type DeliveryReading = Pick<Reading, "eventsWithMessages"> & {
  readonly suppressions: Pick<SuppressionStore, "changesWithIds">;
};

/**
 * Reads what deliveries are about. Returns a function that makes the job of one of them;
 * undefined for what is no longer stored.
 */
export async function deliveryJobs(
  store: DeliveryReading,
  sender: EventSender,
  deliveries: readonly Delivery[],
): Promise<(delivery: Delivery, kind: AttemptKind) => Job | undefined> {
  const idsIn = (feed: Delivery["item"]["feed"]) =>
    deliveries
      .filter(({ item }) => item.feed === feed)
      .map(({ item }) => item.id);
  const events = await store.eventsWithMessages(idsIn("events"));
  const changes = await store.suppressions.changesWithIds(
    idsIn("suppressions"),
  );
  const eventById = new Map(events.map((each) => [each.event.id, each]));
  const changeById = new Map(changes.map((each) => [each.id, each]));
  return ({ item: { feed, id }, attempts }, kind) => {
    const before = kind === "resend" ? 0 : attempts;
    if (feed === "suppressions") {
      const change = changeById.get(id);
      return change && changeJob(kind, change, before, sender);
    }
    const matched = eventById.get(id);
    return matched && eventJob(kind, matched, before, sender);
  };
}
