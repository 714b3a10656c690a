import { FeedPosition } from "../../feed-position.ts";
import {
  CHANGE_KINDS,
  type ChangeKind,
  type ChangePage,
  type SuppressionChange,
} from "../../suppressions.ts";
import type { Db } from "../dialect.ts";
import { readLedger } from "../reading/feed.ts";
import {
  entryFields,
  suppressionReader,
  type StoredEntry,
} from "./suppressions.ts";

const FEED = "suppressions";

export async function suppressionChangesStart(db: Db): Promise<FeedPosition> {
  return new FeedPosition((await readLedger(db)).id, 0, FEED);
}

export async function suppressionChangesEnd(db: Db): Promise<FeedPosition> {
  const { id } = await readLedger(db);
  const { last_change_id } = await suppressionReader(db);
  return new FeedPosition(id, last_change_id, FEED);
}

export async function suppressionChangesAfter(
  db: Db,
  position: FeedPosition,
  limit: number,
): Promise<ChangePage> {
  const { id } = await readLedger(db);
  const { last_change_id } = await suppressionReader(db);
  const afterId = position.eventIdIn(id, last_change_id);
  const changes = await changesAfterId(db, afterId, limit);
  const next = new FeedPosition(id, changes.at(-1)?.id ?? afterId, FEED);
  return { changes, next };
}

export async function changesAfterId(
  db: Db,
  id: number,
  limit: number,
): Promise<SuppressionChange[]> {
  const rows = await selectChanges(db)
    .where("suppression_changes.id", ">", id)
    .orderBy("suppression_changes.id")
    .limit(limit)
    .execute();
  return rows.map(changeOf);
}

export async function changesWithIds(
  db: Db,
  ids: readonly number[],
): Promise<SuppressionChange[]> {
  if (ids.length === 0) return [];
  const rows = await selectChanges(db)
    .where("suppression_changes.id", "in", [...ids])
    .execute();
  return rows.map(changeOf);
}

export async function suppressionHistory(
  db: Db,
  recipientId: number,
  size: number,
): Promise<SuppressionChange[]> {
  const rows = await selectChanges(db)
    .where("suppression_changes.recipient_id", "=", recipientId)
    .orderBy("suppression_changes.id", "desc")
    .limit(size)
    .execute();
  return rows.map(changeOf);
}

/** What a change says beside the number and the channel, as it's stored. */
export type NewChange = {
  readonly at: number;
  readonly recipient_id: number;
  readonly channel: number;
  readonly kind: ChangeKind;
  readonly reason: number;
  readonly error_code: number | null;
  readonly since: number;
  readonly message_id: number;
  readonly actor?: string;
  readonly note?: string;
};

/** Adds a change at the end of the feed, and returns its id. */
export async function addSuppressionChange(
  db: Db,
  { kind, ...change }: NewChange,
): Promise<number> {
  const id = (await suppressionReader(db)).last_change_id + 1;
  await db
    .insertInto("suppression_changes")
    .values({ id, kind: CHANGE_KINDS.indexOf(kind), ...change })
    .execute();
  await db
    .updateTable("suppression_reader")
    .set({ last_change_id: id })
    .execute();
  return id;
}

function selectChanges(db: Db) {
  return db
    .selectFrom("suppression_changes")
    .innerJoin("addresses", "addresses.id", "suppression_changes.recipient_id")
    .leftJoin("messages", "messages.id", "suppression_changes.message_id")
    .select([
      "suppression_changes.id",
      "suppression_changes.at",
      "suppression_changes.kind",
      "suppression_changes.actor",
      "suppression_changes.note",
      "suppression_changes.recipient_id",
      "addresses.address",
      "addresses.country",
      "suppression_changes.channel",
      "suppression_changes.reason",
      "suppression_changes.error_code",
      "suppression_changes.since",
      "messages.sid",
    ]);
}

function changeOf({
  id,
  at,
  kind,
  actor,
  note,
  ...entry
}: StoredEntry & {
  readonly id: number;
  readonly at: number;
  readonly kind: number;
  readonly actor: string | null;
  readonly note: string | null;
}): SuppressionChange {
  const known = CHANGE_KINDS[kind];
  if (known === undefined)
    throw new RangeError(
      "The database holds a change that this version does not know.",
    );
  return { id, at, kind: known, actor, note, ...entryFields(entry) };
}
