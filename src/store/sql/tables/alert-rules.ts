import type { By } from "../../accounts.ts";
import {
  RULES_MAX,
  type AlertRule,
  type NewAlertRule,
  type RuleChange,
  type RuleRefusal,
} from "../../alerts.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";

export async function addAlertRule(
  db: Db,
  rule: NewAlertRule,
  by: By,
): Promise<{ readonly id: number } | { readonly refusal: RuleRefusal }> {
  const known = await db.selectFrom("alert_rules").select("name").execute();
  if (known.some(({ name }) => name === rule.name))
    return { refusal: "name taken" };
  if (known.length >= RULES_MAX) return { refusal: "too many" };
  const { kind } = rule;
  const added = await db
    .insertInto("alert_rules")
    .values({
      kind,
      ...columnsOf(rule),
      created_by: by.actor,
      created_at: by.at,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await note(db, by, "created the alert rule", rule.name);
  return added;
}

export async function changeAlertRule(
  db: Db,
  id: number,
  change: RuleChange,
  by: By,
): Promise<RuleRefusal | undefined> {
  const before = await alertRuleById(db, id);
  if (before === undefined) return "no such rule";
  const after = { ...before, ...change };
  const namesake = await db
    .selectFrom("alert_rules")
    .select("id")
    .where("name", "=", after.name)
    .where("id", "<>", id)
    .executeTakeFirst();
  if (namesake !== undefined) return "name taken";
  const columns = columnsOf(after);
  if (JSON.stringify(columns) === JSON.stringify(columnsOf(before)))
    return undefined;
  await db
    .updateTable("alert_rules")
    .set({ ...columns, changed_by: by.actor, changed_at: by.at })
    .where("id", "=", id)
    .execute();
  await note(db, by, actionOf(before, after), after.name);
  return undefined;
}

function actionOf(before: AlertRule, after: AlertRule): string {
  const isSwitchedOnly =
    JSON.stringify({ ...columnsOf(before), is_on: 0 }) ===
    JSON.stringify({ ...columnsOf(after), is_on: 0 });
  if (!isSwitchedOnly) return "changed the alert rule";
  return after.isOn ? "turned on the alert rule" : "turned off the alert rule";
}

/** Returns whether there was one. */
export async function removeAlertRule(
  db: Db,
  id: number,
  by: By,
): Promise<boolean> {
  const removed = await db
    .deleteFrom("alert_rules")
    .where("id", "=", id)
    .returning("name")
    .executeTakeFirst();
  if (removed === undefined) return false;
  await note(db, by, "removed the alert rule", removed.name);
  return true;
}

/** Lets rules forget a channel. A rule that named only this one notifies by severity again. */
export async function removeChannelFromRules(
  db: Db,
  channelId: number,
): Promise<void> {
  for (const { id, channelIds } of await alertRules(db)) {
    if (!channelIds?.includes(channelId)) continue;
    const left = channelIds.filter((each) => each !== channelId);
    await db
      .updateTable("alert_rules")
      .set({ channels: channelsText(left) })
      .where("id", "=", id)
      .execute();
  }
}

function note(db: Db, by: By, action: string, subject: string): Promise<void> {
  return addAuditEntry(db, { kind: "change", ...by, action, subject });
}

function columnsOf({
  name,
  filter,
  settings,
  severity,
  isOn,
  channelIds,
}: Omit<NewAlertRule, "kind">) {
  return {
    name,
    filter,
    settings: JSON.stringify(settings),
    severity,
    is_on: Number(isOn),
    channels: channelsText(channelIds),
  };
}

function channelsText(channelIds: readonly number[] | null): string | null {
  return channelIds === null || channelIds.length === 0
    ? null
    : JSON.stringify(channelIds);
}

export async function alertRules(db: Db): Promise<AlertRule[]> {
  return (await selectRules(db).orderBy("id").execute()).map(ruleOf);
}

export async function alertRuleById(
  db: Db,
  id: number,
): Promise<AlertRule | undefined> {
  const row = await selectRules(db).where("id", "=", id).executeTakeFirst();
  return row && ruleOf(row);
}

function selectRules(db: Db) {
  return db.selectFrom("alert_rules").selectAll();
}

type RuleRecord = Awaited<
  ReturnType<ReturnType<typeof selectRules>["execute"]>
>[number];

function ruleOf(row: RuleRecord): AlertRule {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    filter: row.filter,
    settings: JSON.parse(row.settings),
    severity: row.severity,
    isOn: row.is_on === 1,
    channelIds: row.channels === null ? null : JSON.parse(row.channels),
    createdBy: row.created_by,
    createdAt: row.created_at,
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  };
}
