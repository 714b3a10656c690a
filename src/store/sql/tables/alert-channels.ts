import type { By } from "../../accounts.ts";
import {
  ALERT_CHANNELS_MAX,
  type AlertChannel,
  type AlertChannelChange,
  type AlertChannelRefusal,
  type AlertChannelSettings,
  type NewAlertChannel,
} from "../../alert-channels.ts";
import { channelTarget } from "../../outbox.ts";
import type { Db } from "../dialect.ts";
import { removeChannelFromRules } from "./alert-rules.ts";
import { addAuditEntry } from "./audit.ts";
import { addTarget, removeTarget } from "./targets.ts";

export async function addAlertChannel(
  db: Db,
  channel: NewAlertChannel,
  by: By,
): Promise<
  { readonly id: number } | { readonly refusal: AlertChannelRefusal }
> {
  const known = await db.selectFrom("alert_channels").select("name").execute();
  if (known.some(({ name }) => name === channel.name))
    return { refusal: "name taken" };
  if (known.length >= ALERT_CHANNELS_MAX) return { refusal: "too many" };
  const { kind, settings } = channel;
  const added = await db
    .insertInto("alert_channels")
    .values({
      kind,
      ...columnsOf(channel),
      settings: JSON.stringify(settings),
      created_by: by.actor,
      created_at: by.at,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await addTarget(db, channelTarget(added.id));
  await note(db, by, "added the notification channel", channel.name);
  return added;
}

export async function changeAlertChannel(
  db: Db,
  id: number,
  { settings, ...change }: AlertChannelChange,
  by: By,
): Promise<AlertChannelRefusal | undefined> {
  const before = await alertChannelById(db, id);
  if (before === undefined) return "no such channel";
  const after = { ...before, ...change };
  const namesake = await db
    .selectFrom("alert_channels")
    .select("id")
    .where("name", "=", after.name)
    .where("id", "<>", id)
    .executeTakeFirst();
  if (namesake !== undefined) return "name taken";
  await db
    .updateTable("alert_channels")
    .set({
      ...columnsOf(after),
      ...(settings && { settings: JSON.stringify(settings) }),
    })
    .where("id", "=", id)
    .execute();
  await note(db, by, "changed the notification channel", after.name);
  return undefined;
}

/** Returns whether there was one. What belongs to it is removed by `removeLeftovers`. */
export async function removeAlertChannel(
  db: Db,
  id: number,
  by: By,
): Promise<boolean> {
  const removed = await db
    .deleteFrom("alert_channels")
    .where("id", "=", id)
    .returning("name")
    .executeTakeFirst();
  if (removed === undefined) return false;
  await removeTarget(db, channelTarget(id));
  await removeChannelFromRules(db, id);
  await note(db, by, "removed the notification channel", removed.name);
  return true;
}

function note(db: Db, by: By, action: string, subject: string): Promise<void> {
  return addAuditEntry(db, { kind: "change", ...by, action, subject });
}

function columnsOf({
  name,
  severities,
  quietHours,
  isOn,
}: Pick<AlertChannel, "name" | "severities" | "quietHours" | "isOn">) {
  return {
    name,
    severities: JSON.stringify(severities),
    quiet_hours: quietHours && JSON.stringify(quietHours),
    is_on: Number(isOn),
  };
}

export async function alertChannels(db: Db): Promise<AlertChannel[]> {
  return (await selectChannels(db).orderBy("name").execute()).map(channelOf);
}

export async function alertChannelById(
  db: Db,
  id: number,
): Promise<AlertChannel | undefined> {
  const row = await selectChannels(db).where("id", "=", id).executeTakeFirst();
  return row && channelOf(row);
}

export async function alertChannelSettings(
  db: Db,
  id: number,
): Promise<AlertChannelSettings | undefined> {
  const row = await db
    .selectFrom("alert_channels")
    .select("settings")
    .where("id", "=", id)
    .executeTakeFirst();
  return row && JSON.parse(row.settings);
}

/** Never its settings, which contain secrets. */
function selectChannels(db: Db) {
  return db
    .selectFrom("alert_channels")
    .select([
      "id",
      "kind",
      "name",
      "severities",
      "quiet_hours",
      "is_on",
      "created_by",
      "created_at",
    ]);
}

type ChannelRecord = Awaited<
  ReturnType<ReturnType<typeof selectChannels>["execute"]>
>[number];

function channelOf(row: ChannelRecord): AlertChannel {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    severities: JSON.parse(row.severities),
    quietHours: row.quiet_hours === null ? null : JSON.parse(row.quiet_hours),
    isOn: row.is_on === 1,
    createdBy: row.created_by,
    createdAt: row.created_at,
  };
}
