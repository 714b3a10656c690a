import type { Database } from "bun:sqlite";
import { countryOf } from "../../../phone/country.ts";

/** Channels as places, with what their addresses begin with. */
const PREFIXES = `(
  SELECT 1 AS channel, 'whatsapp:' AS prefix, 'whatsapp;' AS next
  UNION ALL SELECT 2, 'rcs:', 'rcs;' UNION ALL SELECT 3, 'messenger:', 'messenger;'
)`;

/**
 * Addresses with a prefix, and the address that each becomes: one that is there already, or
 * its own row without the prefix. What would still have a prefix then stays as it is.
 */
const FIND_ADDRESSES = `
  CREATE TEMP TABLE prefixed (
    id INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL,
    prefix TEXT NOT NULL,
    address TEXT NOT NULL,
    new_id INTEGER
  );
  INSERT INTO prefixed
    SELECT id, channel, prefix, substr(address, length(prefix) + 1), NULL
      FROM ${PREFIXES} AS known
      CROSS JOIN addresses ON address > known.prefix AND address < known.next;
  DELETE FROM prefixed WHERE address LIKE 'whatsapp:%' OR address LIKE 'rcs:%'
    OR address LIKE 'messenger:%';
  CREATE INDEX temp.prefixed_address ON prefixed (address);
  UPDATE prefixed SET new_id = ifnull(
    (SELECT id FROM addresses WHERE addresses.address = prefixed.address),
    (SELECT min(id) FROM prefixed AS same WHERE same.address = prefixed.address));
`;

const COUNTED = `first_event_at / 60000 AS minute, status, error_code, country, from_id, service_id`;

/** The messages with such addresses, and how they were counted. */
const FIND_MESSAGES = `
  CREATE TEMP TABLE affected (id INTEGER PRIMARY KEY);
  INSERT INTO affected
    SELECT id FROM messages WHERE to_id IN (SELECT id FROM prefixed)
    UNION SELECT id FROM messages WHERE from_id IN (SELECT id FROM prefixed)
    UNION SELECT message_id FROM event_addresses WHERE address_id IN (SELECT id FROM prefixed);
  CREATE TEMP TABLE recipients (id INTEGER PRIMARY KEY);
  INSERT INTO recipients
    SELECT to_id FROM messages WHERE id IN (SELECT id FROM affected) AND to_id IS NOT NULL
    UNION SELECT id FROM prefixed UNION SELECT new_id FROM prefixed;
  CREATE TEMP TABLE counted AS
    SELECT -1 AS by, ${COUNTED}, NULL AS channel FROM messages
      WHERE id IN (SELECT id FROM affected);
`;

/** Their events: the channel of the recipient's prefix, or else of the sender's. */
const MOVE_EVENTS = `
  CREATE TEMP TABLE moved (
    id INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL,
    to_id INTEGER,
    from_id INTEGER,
    to_prefix TEXT NOT NULL,
    from_prefix TEXT NOT NULL,
    shape_id INTEGER NOT NULL
  );
  INSERT INTO moved
    SELECT events.id, coalesce(recipient.channel, sender.channel, events.channel),
      ifnull(recipient.new_id, to_id), ifnull(sender.new_id, from_id),
      ifnull(recipient.prefix, ''), ifnull(sender.prefix, ''), shape_id
      FROM affected CROSS JOIN events ON message_id = affected.id
      LEFT JOIN prefixed AS recipient ON recipient.id = to_id
      LEFT JOIN prefixed AS sender ON sender.id = from_id
      WHERE recipient.id IS NOT NULL OR sender.id IS NOT NULL;
  CREATE TEMP TABLE shapes AS
    SELECT DISTINCT shape_id, to_prefix, from_prefix,
      replace(replace(shape, '{to}', to_prefix || '{to}'), '{from}', from_prefix || '{from}')
        AS shape
      FROM (SELECT DISTINCT shape_id, to_prefix, from_prefix FROM moved)
      JOIN post_shapes ON post_shapes.id = shape_id;
  INSERT OR IGNORE INTO post_shapes (shape) SELECT shape FROM shapes;
  INSERT INTO shape_days
    SELECT post_shapes.id, max(last_day) FROM shapes
      JOIN post_shapes ON post_shapes.shape = shapes.shape
      JOIN shape_days ON shape_days.id = shape_id GROUP BY 1
      ON CONFLICT DO UPDATE SET last_day = max(last_day, excluded.last_day);
  CREATE INDEX temp.shapes_moved ON shapes (shape_id, to_prefix, from_prefix);
  UPDATE moved SET shape_id = (
    SELECT post_shapes.id FROM shapes JOIN post_shapes ON post_shapes.shape = shapes.shape
      WHERE shapes.shape_id = moved.shape_id AND shapes.to_prefix = moved.to_prefix
      AND shapes.from_prefix = moved.from_prefix);
  UPDATE events SET (channel, status, to_id, from_id, shape_id) = (
    SELECT channel, iif(channel = 1 AND events.status = 3, 2, events.status), to_id, from_id,
      shape_id FROM moved WHERE moved.id = events.id)
    WHERE id IN (SELECT id FROM moved);
  UPDATE events SET is_supplement = 1 WHERE id IN (
    SELECT events.id FROM affected CROSS JOIN events ON message_id = affected.id
      WHERE events.id > (SELECT min(same.id) FROM events AS same
        WHERE same.message_id = affected.id AND same.status = events.status));
`;

/** A field as the events tell it; see fold.ts. */
function folded(column: string, source: string, order: string): string {
  return `${column} = (SELECT ${column} FROM ${source}
    WHERE message_id = messages.id AND ${column} IS NOT NULL
    ORDER BY events.status DESC, ${order} LIMIT 1)`;
}

const MOVE_MESSAGES = `
  UPDATE messages SET
    status = (SELECT max(status) FROM events WHERE message_id = messages.id),
    ${folded("channel", "events", "channel")},
    ${folded("to_id", "events JOIN addresses ON addresses.id = to_id", "address")},
    ${folded("from_id", "events JOIN addresses ON addresses.id = from_id", "address")},
    ${folded("error_code", "events", "error_code")},
    ${folded("account_id", "events JOIN sids ON sids.id = account_id", "sid")},
    ${folded("service_id", "events JOIN sids ON sids.id = service_id", "sid")},
    ${folded("num_segments", "events", "num_segments DESC")}
    WHERE id IN (SELECT id FROM affected);
  UPDATE messages SET country = (SELECT country FROM addresses WHERE id = to_id)
    WHERE id IN (SELECT id FROM affected);
`;

const OTHERS = ["to_id", "from_id"]
  .map(
    (column) => `
  INSERT OR IGNORE INTO event_addresses
    SELECT events.${column}, messages.id FROM affected
      CROSS JOIN messages ON messages.id = affected.id
      CROSS JOIN events ON message_id = messages.id
      WHERE events.${column} IS NOT NULL AND events.${column} IS NOT messages.to_id
      AND events.${column} IS NOT messages.from_id;`,
  )
  .join("");

/** What else refers to addresses. */
const MOVE_REST = `
  INSERT OR IGNORE INTO event_addresses
    SELECT new_id, message_id FROM prefixed
      CROSS JOIN event_addresses ON address_id = prefixed.id WHERE new_id <> prefixed.id;
  DELETE FROM event_addresses
    WHERE address_id IN (SELECT id FROM prefixed WHERE new_id <> id);
  ${OTHERS}
  INSERT OR IGNORE INTO recipients
    SELECT to_id FROM messages WHERE id IN (SELECT id FROM affected) AND to_id IS NOT NULL;
  DELETE FROM failing_recipients WHERE recipient_id IN (SELECT id FROM recipients);
  WITH recent AS (
    SELECT to_id, messages.id, status IN (2, 3) AS failed,
      row_number() OVER (PARTITION BY to_id ORDER BY messages.id DESC) AS place
      FROM recipients CROSS JOIN messages ON to_id = recipients.id
      WHERE EXISTS (SELECT 1 FROM messages AS failure
        WHERE failure.to_id = recipients.id AND failure.status IN (2, 3))
  ), failing AS (
    SELECT to_id, sum(failed) AS failures, count(*) AS messages, max(iif(failed, id, 0)) AS last_id
      FROM recent WHERE place <= 10 GROUP BY to_id HAVING sum(failed) >= 2
  )
  INSERT INTO failing_recipients
    SELECT failing.to_id, failures, failing.messages, last_id, error_code, last_event_at
      FROM failing JOIN messages ON messages.id = last_id;
  DELETE FROM addresses WHERE id IN (SELECT id FROM prefixed WHERE new_id <> id);
  INSERT INTO counted
    SELECT 1, ${COUNTED}, NULL FROM messages WHERE id IN (SELECT id FROM affected);
`;

const BUCKETS = [
  { seconds: 60, minutes: 1, until: "minute >= minutes_from" },
  { seconds: 3_600, minutes: 60, until: "minute < hours_until" },
  { seconds: 86_400, minutes: 1_440, until: "minute / 60 < days_until" },
  { seconds: 604_800, minutes: 10_080, until: "minute / 1440 < weeks_until" },
];

const CHANGES = [1, 2, 3, 4, 5].map(
  (status) => `sum(by * (status = ${status}))`,
);
const IS_CHANGED = CHANGES.map((change) => `${change} <> 0`).join(" OR ");
const ADDED = ["sent", "failed", "undelivered", "delivered", "read"]
  .map((column) => `${column} = ${column} + excluded.${column}`)
  .join(", ");

/** Adds the rows of \`counted\` to the counts by these keys; see rollup-table.ts. */
function addCounts(
  keys: readonly (readonly [dimension: number, key: string])[],
): string {
  return BUCKETS.flatMap(({ seconds, minutes, until }) =>
    keys.flatMap(([dimension, key]) =>
      // By error code there is one row for each code in any case.
      (dimension === 1 ? ["0"] : ["0", "error_code"]).map(
        (code) => `
  INSERT INTO rollups
    SELECT ${seconds}, minute / ${minutes} AS bucket, ${dimension}, ${code} AS code,
      ${key} AS key, ${CHANGES.join(", ")} FROM counted CROSS JOIN rollup_clock
      WHERE ${until} AND ${code} IS NOT NULL GROUP BY bucket, code, key HAVING ${IS_CHANGED}
      ON CONFLICT DO UPDATE SET ${ADDED};`,
      ),
    ),
  ).join("");
}

const ADD_COUNTS = `
  ${addCounts([
    [0, "0"],
    [1, "ifnull(error_code, 0)"],
    [2, "ifnull(country, 0)"],
    [3, "ifnull(from_id, 0)"],
    [4, "ifnull(service_id, 0)"],
  ])}
  INSERT INTO message_minutes
    SELECT minute, ${CHANGES.join(", ")} FROM counted GROUP BY 1 HAVING ${IS_CHANGED}
      ON CONFLICT DO UPDATE SET ${ADDED};
`;

/** All messages are counted as SMS first; then those of other channels move. */
const COUNT_CHANNELS = `
  INSERT INTO rollups
    SELECT grain, bucket, 6, error_code, 1, sent, failed, undelivered, delivered, read
      FROM rollups WHERE dimension = 0;
  DELETE FROM counted;
  INSERT INTO counted
    SELECT by, ${COUNTED}, iif(by = -1, 0, channel)
      FROM (SELECT -1 AS by UNION ALL SELECT 1)
      CROSS JOIN messages INDEXED BY messages_channel WHERE channel > 0;
  ${addCounts([[6, "channel + 1"]])}
  DELETE FROM rollups
    WHERE sent = 0 AND failed = 0 AND undelivered = 0 AND delivered = 0 AND read = 0;
`;

/**
 * Addresses lose their prefix, which decides the channel: callbacks for WhatsApp, RCS and
 * Messenger on the SMS route were recorded as SMS. Messages are counted by channel too.
 */
export function migrateChannels(db: Database): void {
  db.run("DROP INDEX messages_whatsapp;");
  db.run(FIND_ADDRESSES);
  db.run(FIND_MESSAGES);
  renameAddresses(db);
  db.run(MOVE_EVENTS);
  db.run(MOVE_MESSAGES);
  db.run(MOVE_REST);
  db.run(ADD_COUNTS);
  db.run(
    "CREATE INDEX messages_channel ON messages (channel) WHERE channel > 0;",
  );
  db.run(COUNT_CHANNELS);
  for (const table of [
    "prefixed",
    "affected",
    "recipients",
    "counted",
    "moved",
    "shapes",
  ])
    db.run(`DROP TABLE temp.${table}`);
}

function renameAddresses(db: Database): void {
  using find = db.prepare<{ id: number; address: string }, []>(
    "SELECT id, address FROM prefixed WHERE id = new_id",
  );
  using rename = db.prepare<
    unknown,
    [string, number | null, string | null, number]
  >(
    "UPDATE addresses SET address = ?, last_digits = ?, country = ? WHERE id = ?",
  );
  for (const { id, address } of find.all())
    rename.run(address, lastDigits(address), countryOf(address), id);
}

/** The number that a phone number's last four digits read as; null for what isn't a number. */
function lastDigits(address: string): number | null {
  return /^\+?\d{4,}$/.test(address) ? Number(address.slice(-4)) : null;
}
