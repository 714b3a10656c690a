import type {
  Alert,
  AlertHistoryEntry,
  AlertPage,
  EvaluatorRecord,
} from "../../alerts.ts";
import type { Db } from "../dialect.ts";
import { noteOf } from "./upkeep-notes.ts";

/** The name of the evaluator's record among the notes. */
export const EVALUATOR = "alerts";

export async function openAlerts(db: Db): Promise<Alert[]> {
  const rows = await selectAlerts(db)
    .where("state", "<>", "resolved")
    .orderBy("id", "desc")
    .execute();
  return rows.map(alertOf);
}

export async function alerts(
  db: Db,
  { size, olderThan, states, severity, ruleId, since }: AlertPage,
): Promise<Alert[]> {
  const rows = await selectAlerts(db)
    .$if(olderThan !== undefined, (query) =>
      query.where("id", "<", olderThan ?? 0),
    )
    .$if(states !== undefined, (query) =>
      query.where("state", "in", [...(states ?? [])]),
    )
    .$if(severity !== undefined, (query) =>
      query.where("severity", "=", severity ?? "info"),
    )
    .$if(ruleId !== undefined, (query) =>
      query.where("rule_id", "=", ruleId ?? 0),
    )
    .$if(since !== undefined, (query) => query.where("since", ">=", since ?? 0))
    .orderBy("id", "desc")
    .limit(size)
    .execute();
  return rows.map(alertOf);
}

export async function alertById(
  db: Db,
  id: number,
): Promise<Alert | undefined> {
  const row = await selectAlerts(db).where("id", "=", id).executeTakeFirst();
  return row && alertOf(row);
}

export function alertHistory(
  db: Db,
  alertId: number,
): Promise<AlertHistoryEntry[]> {
  return db
    .selectFrom("alert_history")
    .select(["id", "at", "what", "actor as by", "note"])
    .where("alert_id", "=", alertId)
    .orderBy("id")
    .execute();
}

export async function evaluatorRecord(
  db: Db,
): Promise<EvaluatorRecord | undefined> {
  const note = await noteOf(db, EVALUATOR);
  return note === undefined ? undefined : JSON.parse(note);
}

function selectAlerts(db: Db) {
  return db.selectFrom("alerts").selectAll();
}

type AlertRecord = Awaited<
  ReturnType<ReturnType<typeof selectAlerts>["execute"]>
>[number];

function alertOf(row: AlertRecord): Alert {
  return {
    id: row.id,
    ruleId: row.rule_id,
    ruleKind: row.rule_kind,
    ruleName: row.rule_name,
    key: row.key,
    severity: row.severity,
    state: row.state,
    version: row.version,
    since: row.since,
    firedAt: row.fired_at,
    resolvedAt: row.resolved_at,
    by: row.handled_by,
    note: row.note,
    snoozedUntil: row.snoozed_until,
    toldKind: row.told_kind,
    toldAt: row.told_at,
    facts: JSON.parse(row.facts),
  };
}
