import { sql, type Kysely } from "kysely";
import { FAILED_STATUSES, statusRank } from "../../../twilio/status.ts";
import { FeedPosition } from "../../feed-position.ts";
import type { Changes } from "../../store.ts";
import { readLedger } from "./feed.ts";
import type { Schema } from "../schema.ts";

/** Events that are counted, the latest ones; there may be more. */
const COUNTED_MAX = 1_000;

const FAILURES = FAILED_STATUSES.map(statusRank);

/** Throws FeedPositionGone. */
export async function changesSince(
  db: Kysely<Schema>,
  position: FeedPosition,
): Promise<Changes> {
  const { id, lastEventId } = await readLedger(db);
  const eventId = position.eventIdIn(id, lastEventId);
  const latest = db
    .selectFrom("events")
    .select(["id", "status", "is_supplement"])
    .where("id", ">", eventId)
    .where("id", "<=", lastEventId)
    .orderBy("id", "desc")
    .limit(COUNTED_MAX + 1);
  const counts = await db
    .selectFrom(latest.as("latest"))
    .select((eb) => [
      eb.fn.countAll<number>().as("events"),
      sql<number>`total(${eb.and([eb("status", "in", FAILURES), eb("is_supplement", "=", 0)])})`.as(
        "failures",
      ),
    ])
    .executeTakeFirstOrThrow();
  const isMore = counts.events > COUNTED_MAX;
  const bounded = (count: number) => ({
    count: Math.min(count, COUNTED_MAX),
    isMore,
  });
  return {
    end: new FeedPosition(id, lastEventId),
    events: bounded(counts.events),
    failures: bounded(counts.failures),
  };
}
