import type { StoredEvent } from "../../core/stored-event.ts";
import { recordEvent } from "../../core/recording.ts";
import type { Connection } from "../connection/pool.ts";
import { restoredJson } from "../connection/storable.ts";
import { createBatch, tagsOf } from "./batch.ts";
import {
  writeCounts,
  writeFailingRecipients,
  writeNames,
  writeRows,
} from "./batch-writing.ts";
import { changingCosts } from "./message-costs.ts";
import { readHighestIds, type HighestIds } from "./highest-ids.ts";
import { readKnownMessages } from "./known-messages.ts";
import { createNames, type Names } from "./names.ts";
import { createMessageIds, type MessageIds } from "./message-ids.ts";
import {
  addPartition,
  isPartitionDue,
  readNewestPartition,
  type Partition,
} from "./partitions.ts";
import {
  readRollupState,
  takeClockStep,
  type RollupState,
} from "./rollup-upkeep.ts";

type Query = Connection["query"];

const MINUTE_MS = 60_000;
/** Callbacks that are recorded in one turn of the event loop, in a few milliseconds. */
const PIECE = 50;

/** What a keeper remembers of the database, as nobody else writes it; dropped after any error. */
export type Memory = {
  /** As `holdLease` returned it. */
  readonly version: number;
  readonly ids: HighestIds;
  readonly names: Names;
  rollups: RollupState;
  partition: Partition;
  readonly messageIds: MessageIds;
  /** The minute at which the latest event was received; undefined when there is none. */
  now: number | undefined;
};

export async function readMemory(
  query: Query,
  version: number,
): Promise<Memory> {
  const ids = await readHighestIds(query);
  const [latest] = await query<{ at: number }>(
    "SELECT received_at AS at FROM events ORDER BY id DESC LIMIT 1",
  );
  return {
    version,
    ids,
    names: createNames(ids),
    rollups: await readRollupState(query),
    partition: await readNewestPartition(query),
    messageIds: await createMessageIds(query, ids),
    now: latest && Math.floor(latest.at / MINUTE_MS),
  };
}

const TAKE = `DELETE FROM inbox
  WHERE id = ANY (ARRAY(SELECT id FROM inbox ORDER BY id LIMIT $1::integer))
  RETURNING id, event`;

/**
 * Records up to `limit` callbacks of the inbox in the order of their ids, in the caller's
 * transaction; resolves to how many there were.
 */
export async function fold(
  query: Query,
  memory: Memory,
  limit: number,
): Promise<number> {
  const taken = await query<{ id: number; event: string }>(TAKE, [limit]);
  if (taken.length === 0) return 0;
  const callbacks: StoredEvent[] = [];
  await inPieces(
    [...taken].toSorted((a, b) => a.id - b.id),
    ({ event }) => callbacks.push(restoredJson(event)),
  );
  const { names, ids, messageIds } = memory;
  const known = await readKnownMessages(query, callbacks, names);
  await names.load(query, textsOf(callbacks));
  const newIds = await messageIds(query, callbacks, (sid) => known.has(sid));
  const batch = createBatch(known, names, ids, newIds);
  await inPieces(callbacks, (callback) => recordEvent(batch.port, callback));
  // It's usually there long before.
  const last = ids.last("messages");
  if (last >= memory.partition.until)
    memory.partition = await addPartition(query, memory.now ?? 0, last);
  await writeNames(query, names.takeNew());
  await changingCosts(query, batch.moved, () => writeRows(query, batch, ids));
  await writeCounts(query, batch, memory.rollups.borders);
  await writeFailingRecipients(query, batch);
  const receivedAt = batch.lastReceivedAt();
  if (receivedAt !== undefined) memory.now = Math.floor(receivedAt / MINUTE_MS);
  return callbacks.length;
}

/**
 * Does the next small piece of what recording postpones, in the caller's transaction;
 * resolves to false when nothing is left.
 */
export async function tidy(query: Query, memory: Memory): Promise<boolean> {
  const { now, ids, partition } = memory;
  if (now === undefined) return false;
  const last = ids.last("messages");
  if (isPartitionDue(partition, last)) {
    memory.partition = await addPartition(query, now, last);
    return true;
  }
  const rollups = await takeClockStep(query, memory.rollups, now);
  memory.rollups = rollups ?? memory.rollups;
  return rollups !== undefined;
}

/** Does work on each item, and in between lets callbacks and pages have their turn. */
async function inPieces<T>(
  items: readonly T[],
  work: (item: T) => unknown,
): Promise<void> {
  for (let start = 0; start < items.length; start += PIECE) {
    for (const item of items.slice(start, start + PIECE)) work(item);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

function textsOf(callbacks: readonly StoredEvent[]) {
  const addresses = new Set<string>();
  const sids = new Set<string>();
  const shapes = new Set<string>();
  const tags = new Set<string>();
  for (const callback of callbacks) {
    const { to, from, accountSid, messagingServiceSid, query } = callback;
    for (const address of [to, from])
      if (address !== null) addresses.add(address);
    for (const sid of [accountSid, messagingServiceSid])
      if (sid !== null) sids.add(sid);
    shapes.add(callback.shape);
    if (query !== null) for (const tag of tagsOf(query)) tags.add(tag);
  }
  return { addresses, sids, post_shapes: shapes, tags };
}
