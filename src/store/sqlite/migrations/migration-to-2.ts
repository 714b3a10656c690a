/** The dimensions of rollups that a message's own columns tell, and their keys. */
const KEYS = [
  { dimension: 0, key: "0" },
  { dimension: 1, key: "ifnull(error_code, 0)" },
  { dimension: 2, key: "ifnull(country, 0)" },
  { dimension: 3, key: "ifnull(from_id, 0)" },
  { dimension: 4, key: "ifnull(service_id, 0)" },
];

/** Those that are counted for each error code too. */
const KEYS_OF_CODES = KEYS.filter(({ dimension }) => dimension !== 1);

const COUNTS = [1, 2, 3, 4, 5]
  .map((status) => `sum(status = ${status})`)
  .join();

/** From how many milliseconds on a delivery time is in each place. */
const DELIVERY_TIMES_FROM_MS = [
  0,
  ...Array.from({ length: 137 }, (_, quarter) =>
    Math.ceil(64 * 2 ** (quarter / 4)),
  ),
];

const MINUTES_FROM = "(SELECT minutes_from FROM rollup_clock)";
const HOURS_UNTIL = "(SELECT hours_until FROM rollup_clock)";
const DAYS_UNTIL = "(SELECT days_until FROM rollup_clock)";

/** Hours that are over, and the last 180 minutes. */
const GRAINS = [
  {
    seconds: 3_600,
    condition: `first_event_at < ${HOURS_UNTIL} * 60000`,
  },
  {
    seconds: 60,
    condition: `first_event_at >= ${MINUTES_FROM} * 60000
      AND messages.id >= (SELECT min(first_id) FROM message_hours
        WHERE hour >= ${MINUTES_FROM} / 60)`,
  },
];

const ROLLUPS = GRAINS.flatMap(({ seconds, condition }) => {
  const bucket = `${seconds}, first_event_at / ${seconds * 1_000} AS bucket`;
  return [
    ...KEYS.map(
      ({ dimension, key }) => `INSERT INTO rollups
        SELECT ${bucket}, ${dimension}, 0, ${key} AS key, ${COUNTS} FROM messages
        WHERE ${condition} GROUP BY bucket, key;`,
    ),
    ...KEYS_OF_CODES.map(
      ({ dimension, key }) => `INSERT INTO rollups
        SELECT ${bucket}, ${dimension}, error_code, ${key} AS key, ${COUNTS} FROM messages
        WHERE ${condition} AND error_code IS NOT NULL GROUP BY bucket, error_code, key;`,
    ),
    `INSERT INTO rollups
      SELECT ${bucket}, 5, 0, (
        SELECT place FROM delivery_times
        WHERE from_ms <= max(0, delivered.received_at - sent.received_at)
        ORDER BY from_ms DESC LIMIT 1
      ) AS key, 0, 0, 0, count(*), 0 FROM messages
      JOIN events AS sent ON sent.message_id = messages.id AND sent.status = 1
      JOIN events AS delivered ON delivered.message_id = messages.id AND delivered.status = 4
      WHERE ${condition} GROUP BY bucket, key;`,
  ];
}).join("\n");

/**
 * Counts by the minute, hour and day, and by more than before; delivery times;
 * failing recipients; repeats of events; ways into the messages for each filter.
 *
 * `rollups` and `rollup_clock` are explained in rollup-table.ts. `message_hours` has for
 * each hour since 1970 the lowest and the highest id of the messages first heard of in
 * it, or a wider range. `failing_recipients` has those with two or more failures among
 * their last 10 messages.
 */
export const MIGRATION_TO_2 = `
  ALTER TABLE messages ADD COLUMN country TEXT;
  UPDATE messages SET country = (SELECT country FROM addresses WHERE id = to_id)
    WHERE to_id IN (SELECT id FROM addresses WHERE country IS NOT NULL);
  CREATE INDEX messages_from ON messages (from_id);
  CREATE INDEX messages_country ON messages (country) WHERE country IS NOT NULL;
  CREATE INDEX messages_account ON messages (account_id);
  CREATE INDEX messages_service ON messages (service_id) WHERE service_id IS NOT NULL;
  CREATE INDEX messages_whatsapp ON messages (id) WHERE channel = 1;
  CREATE INDEX messages_failed ON messages (to_id, id, status) WHERE status IN (2, 3);
  DROP INDEX messages_error_code;
  CREATE INDEX messages_error_code ON messages (error_code, id, to_id) WHERE error_code IS NOT NULL;

  CREATE TABLE message_hours (
    hour INTEGER PRIMARY KEY,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL
  ) STRICT;
  INSERT INTO message_hours
    SELECT first_event_at / 3600000, min(id), max(id) FROM messages GROUP BY 1;

  CREATE TABLE event_repeats (
    event_id INTEGER PRIMARY KEY REFERENCES events (id),
    repeats INTEGER NOT NULL,
    last_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE failing_recipients (
    recipient_id INTEGER PRIMARY KEY REFERENCES addresses (id),
    failures INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    last_failure_id INTEGER NOT NULL REFERENCES messages (id),
    last_error_code INTEGER,
    last_failure_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX failing_recipients_last ON failing_recipients (last_failure_id, last_error_code);
  WITH recent AS (
    SELECT to_id, id, status IN (2, 3) AS failed,
      row_number() OVER (PARTITION BY to_id ORDER BY id DESC) AS place FROM messages
      WHERE to_id IN (SELECT to_id FROM messages WHERE status IN (2, 3))
  ), failing AS (
    SELECT to_id, sum(failed) AS failures, count(*) AS messages, max(iif(failed, id, 0)) AS last_id
      FROM recent WHERE place <= 10 GROUP BY to_id HAVING sum(failed) >= 2
  )
  INSERT INTO failing_recipients
    SELECT failing.to_id, failures, failing.messages, last_id, error_code, last_event_at
      FROM failing JOIN messages ON messages.id = last_id;

  DROP TABLE rollups;
  CREATE TABLE rollups (
    grain INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    error_code INTEGER NOT NULL,
    key ANY NOT NULL,
    sent INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    undelivered INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    read INTEGER NOT NULL,
    PRIMARY KEY (grain, bucket, dimension, error_code, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rollup_clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    minutes_from INTEGER NOT NULL,
    hours_until INTEGER NOT NULL,
    days_until INTEGER NOT NULL
  ) STRICT;
  INSERT INTO rollup_clock
    SELECT 1, max(0, minute - 179), minute / 60 * 60, minute / 1440 * 24
      FROM (SELECT ifnull(max(first_event_at) / 60000, 0) AS minute FROM messages);
  CREATE TEMP TABLE delivery_times (from_ms INTEGER PRIMARY KEY, place INTEGER NOT NULL);
  INSERT INTO delivery_times VALUES ${DELIVERY_TIMES_FROM_MS.map((fromMs, place) => `(${fromMs}, ${place})`).join()};
  ${ROLLUPS}
  INSERT INTO rollups
    SELECT 86400, bucket / 24, dimension, error_code, key,
      sum(sent), sum(failed), sum(undelivered), sum(delivered), sum(read)
      FROM rollups WHERE grain = 3600 AND bucket < ${DAYS_UNTIL}
      GROUP BY 2, 3, 4, 5;
  DROP TABLE delivery_times;
`;
