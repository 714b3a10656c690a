import {
  addressEraser,
  type ErasedAddress,
} from "../../../phone/erased-number.ts";
import {
  createFound,
  eraseFor,
  erasedLabel,
  mayConcern,
  ownEvents,
  type ErasedEvents,
  type ErasedRest,
  type Erasing,
  type ErasingRest,
  type EventText,
  type FoundAddresses,
} from "../../core/erasing.ts";
import type { Connection } from "../connection/pool.ts";
import {
  restored,
  restoredJson,
  storableJson,
} from "../connection/storable.ts";
import { tagsOf } from "../keeper/batch.ts";
import { changingCosts } from "../keeper/message-costs.ts";
import { eraseWaiting } from "./erase-waiting.ts";
import { listOf } from "./removal.ts";
import {
  lockReceipts,
  removeAbout,
  removeUnusedNames,
} from "./unused-names.ts";

type Query = Connection["query"];

/** Addresses of a step. */
const STEP_ADDRESSES = 5_000;
/** Events of a step, and how many of them it rewrites at most. */
const STEP_EVENTS = 1_000;
const REWRITTEN_MAX = 100;

export async function findAddresses(
  query: Query,
  {
    address: sought,
    afterId,
  }: { readonly address: ErasedAddress; readonly afterId: number },
): Promise<FoundAddresses> {
  const eraser = addressEraser(sought, "");
  const rows = await query<{ id: number; address: string }>(
    `SELECT id, address FROM addresses WHERE id > $1::bigint
       ORDER BY id LIMIT ${STEP_ADDRESSES}`,
    [afterId],
  );
  return {
    addressIds: [...rows].flatMap(({ id, address }) =>
      eraser.is(restored(address)) ? [id] : [],
    ),
    lastId: rows.at(-1)?.id ?? afterId,
    isDone: rows.length < STEP_ADDRESSES,
  };
}

/** Searches some events, and counts those of messages that contain the number; in the end also callbacks that wait. */
export async function findEvents(
  query: Query,
  erasing: Erasing,
): Promise<ErasedEvents> {
  const events = await eraseSome(query, erasing);
  if (!events.isDone) return events;
  const found = createFound();
  found.add(events);
  found.add(await eraseWaiting(query, erasing, false));
  return { ...events, ...found.total() };
}

/** Searches some events, and takes the number out of them, in a transaction of `changing`. */
export function eraseEvents(
  query: Query,
  erasing: Erasing,
): Promise<ErasedEvents> {
  return eraseSome(query, erasing, (rows) => rewrite(query, rows));
}

/**
 * Does what has arrived since, then the addresses, and callbacks that wait to be recorded, in a
 * transaction of `changing`. An address keeps its id, so that its messages and counts stay.
 */
export async function eraseRest(
  query: Query,
  { afterAddressId, ...given }: ErasingRest,
): Promise<ErasedRest> {
  const addressIds = [...given.addressIds];
  for (let afterId = afterAddressId, isDone = false; !isDone;) {
    const late = await findAddresses(query, {
      address: given.address,
      afterId,
    });
    addressIds.push(...late.addressIds);
    ({ lastId: afterId, isDone } = late);
  }
  const found = createFound();
  for (let afterEventId = given.afterEventId, isDone = false; !isDone;) {
    const erasing = { ...given, addressIds, afterEventId };
    const erased = await eraseEvents(query, erasing);
    found.add(erased);
    ({ lastId: afterEventId, isDone } = erased);
  }
  await query(
    `UPDATE addresses SET address = 'erased-' || id, last_digits = NULL
       WHERE id = ANY ($1::text::bigint[])`,
    [listOf(addressIds)],
  );
  await removeAbout(query, addressIds);
  // By now, the addresses that callbacks get instead are there.
  found.add(
    await eraseWaiting(query, { address: given.address, addressIds }, true),
  );
  return { ...found.total(), addressIds };
}

const COLUMNS = `json_build_object('id', id, 'messageId', message_id, 'to', to_id,
  'from', from_id, 'errorMessage', error_message, 'query', query, 'postValues', post_values)`;

const FIND = `SELECT coalesce(json_agg(row), '[]')::text AS found FROM (
  SELECT ${COLUMNS} AS row FROM events WHERE id > $1::bigint
    ORDER BY id LIMIT ${STEP_EVENTS}) AS each`;

const FIND_OF_MESSAGES = `SELECT coalesce(json_agg(${COLUMNS} ORDER BY id), '[]')::text AS found
  FROM events WHERE message_id = ANY ($1::text::bigint[])`;

type Rewritten = {
  readonly messageId: number;
  readonly before: readonly EventText[];
  readonly after: readonly EventText[];
  /** Otherwise it's only to or from the number. */
  readonly isChanged: boolean;
};

async function eraseSome(
  query: Query,
  { address, addressIds, afterEventId }: Erasing,
  write?: (messages: readonly Rewritten[]) => Promise<void>,
): Promise<ErasedEvents> {
  const eraser = addressEraser(address, erasedLabel(addressIds));
  const isOwn = ownEvents(addressIds);
  const searched = await textsIn(query, FIND, String(afterEventId));
  const all = searched.filter((row) => mayConcern(row, eraser, isOwn));
  const matching = all.slice(0, REWRITTEN_MAX);
  // The first of the others is for the next step.
  const next = all[REWRITTEN_MAX];
  const last = next === undefined ? searched.at(-1) : matching.at(-1);
  const ids = [...new Set(matching.map(({ messageId }) => messageId))];
  const ofMessages = Map.groupBy(
    ids.length === 0 ? [] : await textsIn(query, FIND_OF_MESSAGES, listOf(ids)),
    ({ messageId }) => messageId,
  );
  const found = createFound();
  for (const event of matching)
    found.add(
      eraseFor(event, ofMessages.get(event.messageId) ?? [], eraser, isOwn)
        .found,
    );
  const rewritten = [...ofMessages].flatMap(([messageId, before]) => {
    const [first] = before;
    if (first === undefined) return [];
    const { erased, isChanged } = eraseFor(first, before, eraser, isOwn);
    const after = before.map((row, index) => ({ ...row, ...erased[index] }));
    return isChanged || before.some(isOwn)
      ? [{ messageId, before, after, isChanged }]
      : [];
  });
  if (rewritten.length > 0) await write?.(rewritten);
  const [latest] = await query<{ id: number }>(
    "SELECT id FROM events ORDER BY id DESC LIMIT 1",
  );
  return {
    ...found.total(),
    lastId: last?.id ?? afterEventId,
    latestId: latest?.id ?? 0,
    isDone: next === undefined && searched.length < STEP_EVENTS,
  };
}

async function textsIn(
  query: Query,
  text: string,
  given: string,
): Promise<readonly EventText[]> {
  const [row] = await query<{ found: string }>(text, [given]);
  return restoredJson(row?.found ?? "[]");
}

const UPDATE = `UPDATE events SET error_message = changed."errorMessage", query = changed.query,
    post_values = changed."postValues"
  FROM json_to_recordset($1::text::json) AS changed (id bigint, "messageId" bigint,
    "errorMessage" text, query text, "postValues" text)
  WHERE events.message_id = changed."messageId" AND events.id = changed.id`;

/** What a message's earlier callbacks said, by checksums: few enough numbers to try them all. */
const FORGET = `UPDATE receipts SET said = '{}'
  WHERE sid IN (SELECT sid FROM messages WHERE id = ANY ($1::text::bigint[]))`;

/** Writes messages' texts and tags without the number. */
async function rewrite(
  query: Query,
  messages: readonly Rewritten[],
): Promise<void> {
  const changed = messages.filter(({ isChanged }) => isChanged);
  await query(UPDATE, [storableJson(changed.flatMap(({ after }) => after))]);
  const retagged = changed.filter(({ before, after }) =>
    before.some((row, index) => row.query !== after[index]?.query),
  );
  await changingCosts(
    query,
    retagged.map(({ messageId }) => messageId),
    () => retag(query, retagged),
  );
  await lockReceipts(query);
  await query(FORGET, [listOf(messages.map(({ messageId }) => messageId))]);
}

const REMOVE_TAGS = `WITH removed AS (DELETE FROM message_tags
    WHERE message_id = ANY ($1::text::bigint[]) RETURNING tag_id)
  SELECT DISTINCT tag_id AS "tagId" FROM removed`;

// Ids of new tags come after the highest that a tag ever had.
const ADD_TAGS = `WITH wanted AS (SELECT (each ->> 0)::bigint AS message_id, each ->> 1 AS name,
      each ->> 2 AS value FROM json_array_elements($1::text::json) AS each),
    named AS (SELECT DISTINCT name, value FROM wanted),
    added AS (INSERT INTO tags SELECT (SELECT id FROM highest_ids WHERE name = 'tags')
        + row_number() OVER (), name, value FROM named
      WHERE NOT EXISTS (SELECT 1 FROM tags WHERE tags.name = named.name AND tags.value = named.value)
      RETURNING id, name, value),
    counted AS (UPDATE highest_ids SET id = id + (SELECT count(*) FROM added) WHERE name = 'tags'),
    known AS (SELECT id, name, value FROM added
      UNION ALL SELECT tags.id, name, value FROM tags JOIN named USING (name, value))
  INSERT INTO message_tags SELECT message_id, known.id FROM wanted JOIN known USING (name, value)
    ON CONFLICT DO NOTHING`;

async function retag(
  query: Query,
  messages: readonly Rewritten[],
): Promise<void> {
  if (messages.length === 0) return;
  const removed = await query<{ tagId: number }>(REMOVE_TAGS, [
    listOf(messages.map(({ messageId }) => messageId)),
  ]);
  const tags = messages.flatMap(({ messageId, after }) =>
    [...new Set(after.map((row) => row.query))].flatMap((each) =>
      each === null
        ? []
        : tagsOf(each).map((tag): unknown[] => [messageId, ...JSON.parse(tag)]),
    ),
  );
  await query(ADD_TAGS, [storableJson(tags)]);
  await removeUnusedNames(query, {
    addresses: [],
    tags: removed.map(({ tagId }) => tagId),
  });
}
