import { FAILED_STATUSES, statusRank } from "../../../twilio/status.ts";
import { FeedPosition } from "../../feed-position.ts";
import type { Changes } from "../../store.ts";
import type { Db } from "../dialect.ts";
import { readLedger } from "./feed.ts";

/** The latest events are counted, up to this many. */
const COUNTED_MAX = 1_000;

const FAILURES = FAILED_STATUSES.map(statusRank);

/** Counts and end are of one moment. Throws FeedPositionGone. */
export function changesSince(db: Db, position: FeedPosition): Promise<Changes> {
  return db.dialect.readSnapshot(db, async (snapshot) => {
    const { id, lastEventId } = await readLedger(snapshot);
    const latest = snapshot
      .selectFrom("events")
      .select(["id", "status", "is_supplement"])
      .where("id", ">", position.eventIdIn(id, lastEventId))
      .orderBy("id", "desc")
      .limit(COUNTED_MAX + 1);
    const counts = await snapshot
      .selectFrom(latest.as("latest"))
      .select(({ fn, eb }) => [
        fn.countAll<number>().as("events"),
        fn
          .countAll<number>()
          .filterWhere(
            eb.and([eb("status", "in", FAILURES), eb("is_supplement", "=", 0)]),
          )
          .as("failures"),
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
  });
}
