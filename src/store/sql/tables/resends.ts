import type { By } from "../../accounts.ts";
import {
  RESENDS_KEPT,
  RESENDS_RUNNING_MAX,
  type NewResend,
  type Resend,
  type Target,
} from "../../outbox.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";
import { targetsAmong } from "./targets.ts";

export async function addResend(
  db: Db,
  resend: NewResend,
  by: By,
  subject: string,
): Promise<number | undefined> {
  const { target, kind, afterId, untilId, range, ratePerSecond } = resend;
  const known = await targetsAmong(db, [target]);
  const { running } = await db
    .selectFrom("resends")
    .select(({ fn }) => fn.countAll<number>().as("running"))
    .where("target", "=", target)
    .where("state", "=", "running")
    .executeTakeFirstOrThrow();
  if (!known.has(target) || running >= RESENDS_RUNNING_MAX) return undefined;
  const { id } = await db
    .insertInto("resends")
    .values({
      target,
      kind,
      after_id: afterId,
      until_id: untilId,
      cursor: afterId,
      from_at: range?.from ?? null,
      until_at: range?.until ?? null,
      rate_per_second: ratePerSecond,
      state: "running",
      sent: 0,
      failed: 0,
      created_at: by.at,
      created_by: by.actor,
      ended_at: null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await dropOld(db, target);
  await addAuditEntry(db, {
    kind: "change",
    ...by,
    action: ACTIONS[kind],
    subject,
  });
  return id;
}

const ACTIONS: Record<Resend["kind"], string> = {
  event: "sent an event again to the endpoint",
  failed: "sent everything that failed again to the endpoint",
  range: "sent a time range again to the endpoint",
};

async function dropOld(db: Db, target: Target): Promise<void> {
  await db
    .deleteFrom("resends")
    .where("target", "=", target)
    .where("state", "<>", "running")
    .where("id", "<=", (eb) =>
      eb
        .selectFrom("resends")
        .select("id")
        .where("target", "=", target)
        .orderBy("id", "desc")
        .limit(1)
        .offset(RESENDS_KEPT),
    )
    .execute();
}

/** A resend that a user stopped is in the audit list; one that is done isn't. */
export async function endResend(
  db: Db,
  id: number,
  state: "stopped" | "done",
  by: By,
  subject: string,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("resends")
    .set({ state, ended_at: by.at })
    .where("id", "=", id)
    .where("state", "=", "running")
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  if (state === "stopped")
    await addAuditEntry(db, {
      kind: "change",
      ...by,
      action: "stopped sending again to the endpoint",
      subject,
    });
  return true;
}

export async function resendsOf(db: Db, target: Target): Promise<Resend[]> {
  const rows = await selectResends(db)
    .where("target", "=", target)
    .orderBy("id", "desc")
    .limit(RESENDS_KEPT)
    .execute();
  return rows.map(resendOf);
}

export async function resendById(
  db: Db,
  id: number,
): Promise<Resend | undefined> {
  const row = await selectResends(db).where("id", "=", id).executeTakeFirst();
  return row && resendOf(row);
}

export async function runningResends(db: Db): Promise<Resend[]> {
  const rows = await selectResends(db)
    .where("state", "=", "running")
    .orderBy("id")
    .execute();
  return rows.map(resendOf);
}

function selectResends(db: Db) {
  return db.selectFrom("resends").selectAll();
}

type ResendRecord = Awaited<
  ReturnType<ReturnType<typeof selectResends>["execute"]>
>[number];

function resendOf(row: ResendRecord): Resend {
  return {
    id: row.id,
    target: row.target,
    kind: row.kind,
    afterId: row.after_id,
    untilId: row.until_id,
    cursor: row.cursor,
    range:
      row.from_at === null || row.until_at === null
        ? null
        : { from: row.from_at, until: row.until_at },
    ratePerSecond: row.rate_per_second,
    state: row.state,
    sent: row.sent,
    failed: row.failed,
    createdAt: row.created_at,
    createdBy: row.created_by,
    endedAt: row.ended_at,
  };
}
