import { EVENT_STATUSES, statusRank } from "../../../twilio/status.ts";
import type { RecipientCounts } from "../../store.ts";
import type { StatusCounts } from "../../tally.ts";
import type { Db } from "../dialect.ts";

/** A recipient's latest messages are counted, up to this many: each is one read from disk. */
const COUNTED_MAX = 500;

export async function recipientCounts(
  db: Db,
  recipientId: number,
): Promise<RecipientCounts> {
  const rows = await db
    .selectFrom((eb) =>
      eb
        .selectFrom("messages")
        .select("status")
        .where("to_id", "=", recipientId)
        .orderBy("id", "desc")
        .limit(COUNTED_MAX)
        .as("latest"),
    )
    .select(["status", (eb) => eb.fn.countAll<number>().as("messages")])
    .groupBy("status")
    .execute();
  const total = rows.reduce((sum, { messages }) => sum + messages, 0);
  const counts = EVENT_STATUSES.map((status) => [
    status,
    rows.find((row) => row.status === statusRank(status))?.messages ?? 0,
  ]);
  return {
    counts: Object.fromEntries(counts) satisfies StatusCounts,
    isMore: total === COUNTED_MAX,
  };
}
