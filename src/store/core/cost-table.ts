/*
 * The table `cost_sums`: what messages cost by day, exactly. A row is of the messages with one
 * key of one dimension, in one currency; `messages` were sent in its bucket, as Twilio says, with
 * `micros`, `picos`, `segments` and `with_fee` as their sums. The currency '' is of messages for
 * which Twilio has stated no price. Its rows also have `seen`: messages first seen in the bucket
 * whose price was read, whatever came of it, so that the others can be counted. Messages are
 * counted in a day and a week. What is wanted of many keys are those that cost the most, so keys of one
 * currency are together. A tag's rows have no `seen`, as nothing counts all messages by tag.
 */

export const COST_DIMENSIONS = {
  all: 0,
  country: 1,
  /** Ids of addresses. */
  sender: 2,
  /** Ids of SIDs. */
  service: 3,
  /** Ids of tags; a message is counted under each of its own. */
  tag: 4,
} as const;

/** The length of a bucket in days. Buckets are counted from 1970, starting at 0. */
export const COST_GRAINS = { day: 1, week: 7 } as const;

/** The `key` of messages that have none. */
export const NO_COST_KEY = "";

/** What messages are counted by besides what their price says. */
type CountedBy = {
  readonly country: string | null;
  readonly from: number | null;
  readonly messagingServiceSid: number | null;
  readonly firstEventAt: number;
};

/** Whether an event has changed what a message's costs are counted by, apart from its tags. */
export function movesCosts(before: CountedBy, after: CountedBy): boolean {
  return (
    before.country !== after.country ||
    before.from !== after.from ||
    before.messagingServiceSid !== after.messagingServiceSid ||
    before.firstEventAt !== after.firstEventAt
  );
}

const DAY_MS = 86_400_000;

const SUMS = [
  "messages",
  "micros",
  "picos",
  "segments",
  "with_fee",
  "seen",
] as const;

const { all, country, sender, service, tag } = COST_DIMENSIONS;
const { day, week } = COST_GRAINS;

/**
 * SQL for every engine that takes messages out of the sums, or puts them in, as they are at that
 * moment: whoever changes what they are counted by does one before and the other after, in one
 * transaction. `isTaken` is a condition for `message_prices.message_id`.
 */
export function costChange(
  sign: "-" | "+",
  isTaken: string,
  { messages = "messages", tags = "message_tags" } = {},
): string {
  const text = (column: string) => `coalesce(CAST(${column} AS text), '')`;
  return `WITH taken AS (
      SELECT message_prices.*, country, from_id, service_id, first_event_at / ${DAY_MS} AS seen_day
        FROM message_prices JOIN ${messages} AS own ON own.id = message_prices.message_id
        WHERE ${isTaken}
    ), keyed AS (
      SELECT taken.*, ${all} AS dimension, '' AS key FROM taken
      UNION ALL SELECT taken.*, ${country}, coalesce(country, '') FROM taken
      UNION ALL SELECT taken.*, ${sender}, ${text("from_id")} FROM taken
      UNION ALL SELECT taken.*, ${service}, ${text("service_id")} FROM taken
      UNION ALL SELECT taken.*, ${tag}, ${text("tag_id")} FROM taken
        LEFT JOIN ${tags} AS tagged ON tagged.message_id = taken.message_id
    ), counted AS (
      SELECT dimension, day, key, coalesce(currency, '') AS currency, 1 AS messages, micros, picos,
          segments, has_fee AS with_fee, 0 AS seen FROM keyed
      UNION ALL SELECT dimension, seen_day, key, '', 0, 0, 0, 0, 0, 1 FROM keyed
        WHERE dimension <> ${tag}
    ), grains AS (SELECT ${day} AS grain UNION ALL SELECT ${week})
    INSERT INTO cost_sums (dimension, grain, bucket, key, currency, ${SUMS.join(", ")})
      SELECT dimension, grain, day / grain, key, currency,
          ${SUMS.map((name) => `${sign} sum(${name})`).join(", ")}
        FROM counted CROSS JOIN grains WHERE true GROUP BY 1, 2, 3, 4, 5
      ON CONFLICT (dimension, grain, bucket, currency, key) DO UPDATE SET
        ${SUMS.map((name) => `${name} = cost_sums.${name} + excluded.${name}`).join(", ")}`;
}

/** Removes the rows that have lost all their messages; an index has no others. */
export const REMOVE_EMPTY_COSTS =
  "DELETE FROM cost_sums WHERE messages = 0 AND seen = 0";
