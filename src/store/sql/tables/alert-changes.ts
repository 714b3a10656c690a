import type { By } from "../../accounts.ts";
import {
  ALERT_DAYS,
  ALERTS_MAX,
  HISTORY_OF_ONE_MAX,
  OPEN_OF_RULE_MAX,
  type Alert,
  type AlertChange,
  type AlertHistoryEntry,
  type AlertRefusal,
  type AlertSeen,
  type AlertStep,
  type NewAlert,
} from "../../alerts.ts";
import { channelTarget } from "../../outbox.ts";
import type { Db } from "../dialect.ts";
import { alertById, EVALUATOR } from "./alerts.ts";
import { addAuditEntry } from "./audit.ts";
import { seenBeforeIn } from "./clock-record.ts";
import { keepNote } from "./upkeep-notes.ts";

const DAY_MS = 86_400_000;
/** One evaluation removes at most this many old alerts. */
const REMOVED_MAX = 50;

export async function addPendingAlerts(
  db: Db,
  alerts: readonly NewAlert[],
): Promise<void> {
  for (const alert of alerts) await addPending(db, alert);
}

async function addPending(db: Db, alert: NewAlert): Promise<void> {
  const open = await db
    .selectFrom("alerts")
    .select("key")
    .where("rule_id", "=", alert.ruleId)
    .where("state", "<>", "resolved")
    .execute();
  const isKnown = open.some(({ key }) => key === alert.key);
  if (isKnown || open.length >= OPEN_OF_RULE_MAX) return;
  const { id } = await db
    .insertInto("alerts")
    .values({
      rule_id: alert.ruleId,
      rule_kind: alert.ruleKind,
      rule_name: alert.ruleName,
      key: alert.key,
      severity: alert.severity,
      state: "pending",
      version: 1,
      since: alert.since,
      facts: JSON.stringify(alert.facts),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await addEntry(db, id, {
    at: alert.since,
    what: "pending",
    by: "server",
    note: "",
  });
}

export async function advanceAlerts(
  db: Db,
  { record, changes, dropped }: AlertStep,
): Promise<void> {
  await keepNote(db, EVALUATOR, record);
  for (const { id, version } of dropped) await drop(db, id, version);
  for (const change of changes) await advance(db, change, record.ranAt);
  if (changes.some(({ state }) => state === "resolved"))
    await removeOld(db, record.ranAt);
}

async function advance(
  db: Db,
  change: AlertChange,
  now: number,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("alerts")
    .set({
      state: change.state,
      severity: change.severity,
      version: change.version + 1,
      fired_at: change.firedAt,
      resolved_at: change.resolvedAt,
      snoozed_until: change.snoozedUntil,
      told_kind: change.toldKind,
      told_at: change.toldAt,
      facts: JSON.stringify(change.facts),
    })
    .where("id", "=", change.id)
    .where("version", "=", change.version)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  for (const entry of change.entries) await addEntry(db, change.id, entry);
  if (change.notices.length === 0) return;
  // Somebody's acknowledgment is told later than it was entered.
  const entryId = await latestEntry(db, change.id);
  for (const { channelId, sendAt, notice } of change.notices)
    await db
      .insertInto("deliveries")
      .values({
        target: channelTarget(channelId),
        feed: "notices",
        item_id: entryId,
        attempts: 0,
        added_at: now,
        last_at: null,
        next_at: sendAt,
        notice,
      })
      .execute();
}

async function latestEntry(db: Db, alertId: number): Promise<number> {
  const { id } = await db
    .selectFrom("alert_history")
    .select("id")
    .where("alert_id", "=", alertId)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirstOrThrow();
  return id;
}

async function drop(db: Db, id: number, version: number): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom("alerts")
    .where("id", "=", id)
    .where("version", "=", version)
    .where("state", "=", "pending")
    .executeTakeFirst();
  if (numDeletedRows === 0n) return;
  await db.deleteFrom("alert_history").where("alert_id", "=", id).execute();
}

/** Removes the oldest resolved alerts, and the history of each. */
async function removeOld(db: Db, now: number): Promise<void> {
  const oldest = await seenBeforeIn(db, now, ALERT_DAYS * DAY_MS);
  const resolved = () =>
    db.selectFrom("alerts").select("id").where("state", "=", "resolved");
  const [old, beyond] = await Promise.all([
    resolved()
      .where("resolved_at", "<", oldest)
      .orderBy("id")
      .limit(REMOVED_MAX)
      .execute(),
    resolved()
      .orderBy("id", "desc")
      .limit(REMOVED_MAX)
      .offset(ALERTS_MAX)
      .execute(),
  ]);
  for (const { id } of [...old, ...beyond]) {
    await db.deleteFrom("alert_history").where("alert_id", "=", id).execute();
    await db.deleteFrom("alerts").where("id", "=", id).execute();
  }
}

/** Returns the entry's id. */
async function addEntry(
  db: Db,
  alertId: number,
  { at, what, by, note }: Omit<AlertHistoryEntry, "id">,
): Promise<number> {
  const { id } = await db
    .insertInto("alert_history")
    .values({ alert_id: alertId, at, what, actor: by, note })
    .returning("id")
    .executeTakeFirstOrThrow();
  await db
    .deleteFrom("alert_history")
    .where("alert_id", "=", alertId)
    .where("id", "<=", (eb) =>
      eb
        .selectFrom("alert_history")
        .select("id")
        .where("alert_id", "=", alertId)
        .orderBy("id", "desc")
        .limit(1)
        .offset(HISTORY_OF_ONE_MAX),
    )
    .execute();
  return id;
}

/** What somebody does about an alert. */
type Handling = {
  readonly state: "acknowledged" | "snoozed" | "firing";
  readonly note: string | null;
  readonly snoozedUntil: number | null;
};

const ACTIONS: Record<Handling["state"], string> = {
  acknowledged: "acknowledged the alert",
  snoozed: "snoozed the alert",
  firing: "reopened the alert",
};

export async function handleAlert(
  db: Db,
  id: number,
  handling: Handling,
  by: By,
  seen?: AlertSeen,
): Promise<AlertRefusal | undefined> {
  const { state, note, snoozedUntil } = handling;
  const alert = await alertById(db, id);
  if (alert === undefined) return "no such alert";
  if (alert.state === "pending" || alert.state === "resolved")
    return "not open";
  if (isHandled(alert, handling, by)) return undefined;
  if (isOthers(alert, seen, by)) return "changed meanwhile";
  await db
    .updateTable("alerts")
    .set({
      state,
      version: alert.version + 1,
      handled_by: state === "firing" ? null : by.actor,
      note,
      snoozed_until: snoozedUntil,
    })
    .where("id", "=", id)
    .execute();
  await addEntry(db, id, {
    at: by.at,
    what: state === "firing" ? "reopened" : state,
    by: by.actor,
    note: note ?? "",
  });
  await addAuditEntry(db, {
    kind: "change",
    ...by,
    action: ACTIONS[state],
    subject: `${alert.ruleName} (${id})`,
  });
  return undefined;
}

/** Reports whether somebody else has changed it whom `by` doesn't know of. */
function isOthers(
  alert: Alert,
  seen: AlertSeen | undefined,
  { actor }: By,
): boolean {
  // On its way to the writer, undefined may become null.
  return seen
    ? alert.state !== seen.state || alert.by !== seen.by
    : alert.state !== "firing" && alert.by !== actor;
}

/** Reports whether it's already like that: somebody clicked twice. */
function isHandled(
  alert: Alert,
  { state, note, snoozedUntil }: Handling,
  { actor }: By,
): boolean {
  return (
    alert.state === state &&
    (state === "firing" || alert.by === actor) &&
    alert.note === note &&
    alert.snoozedUntil === snoozedUntil
  );
}
