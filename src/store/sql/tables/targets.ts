import {
  type Target,
  type TargetProgress,
  type TargetSaved,
} from "../../outbox.ts";
import type { DisabledReason } from "../../endpoints.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";
import { seenBeforeIn } from "./clock-record.ts";
import { suppressionReader } from "./suppressions.ts";
import { FAILING_DAYS_MAX } from "../../endpoints.ts";

const DAY_MS = 86_400_000;

/** Adds a target that begins after this event, and after the latest change of the "do not send" list. Call it where an endpoint or a channel is added. */
export async function addTarget(
  db: Db,
  target: Target,
  eventsCursor = 0,
): Promise<void> {
  await db
    .insertInto("targets")
    .values({
      target,
      events_cursor: eventsCursor,
      suppressions_cursor: (await suppressionReader(db)).last_change_id,
      failing_since: null,
      last_success_at: null,
      opened_at: null,
      held_until: null,
    })
    .execute();
}

/** Removes it. What belongs to it is removed by `removeLeftovers`, in steps. */
export async function removeTarget(db: Db, target: Target): Promise<void> {
  await db.deleteFrom("targets").where("target", "=", target).execute();
}

/** Those of these targets that exist. */
export async function targetsAmong(
  db: Db,
  targets: readonly Target[],
): Promise<ReadonlySet<Target>> {
  if (targets.length === 0) return new Set();
  const rows = await db
    .selectFrom("targets")
    .select("target")
    .where("target", "in", [...new Set(targets)])
    .execute();
  return new Set(rows.map((row) => row.target));
}

/** How far a target is, as it crosses to the writer. */
export type StoredProgress = Omit<TargetProgress, "position"> & {
  readonly eventsCursor?: number | undefined;
};

export async function saveProgress(
  db: Db,
  progress: StoredProgress,
  now: number,
): Promise<void> {
  const { target, disabled } = progress;
  const columns = {
    events_cursor: progress.eventsCursor,
    suppressions_cursor: progress.suppressionsCursor,
    failing_since: progress.failingSince,
    last_success_at: progress.lastSuccessAt,
    opened_at: progress.openedAt,
    held_until: progress.heldUntil,
  };
  if (Object.values(columns).some((value) => value !== undefined))
    await db
      .updateTable("targets")
      .set(columns)
      .where("target", "=", target)
      .execute();
  if (disabled !== undefined) await disable(db, target, disabled, now);
}

/**
 * Disables an endpoint; a channel stays on. Only time that was seen passing counts, so that a
 * wrong clock disables nothing.
 */
async function disable(
  db: Db,
  target: Target,
  reason: DisabledReason,
  now: number,
): Promise<void> {
  if (!target.startsWith("endpoint:")) return;
  if (reason === "failing") {
    const since = await seenBeforeIn(db, now, FAILING_DAYS_MAX * DAY_MS);
    const failing = await db
      .selectFrom("targets")
      .select("target")
      .where("target", "=", target)
      .where("failing_since", "<=", since)
      .executeTakeFirst();
    if (!failing) return;
  }
  const disabled = await db
    .updateTable("endpoints")
    .set((eb) => ({
      state: "disabled",
      disabled_reason: reason,
      state_changed_at: now,
      revision: eb("revision", "+", 1),
    }))
    .where("id", "=", Number(target.split(":")[1]))
    .where("state", "=", "active")
    .returning("name")
    .executeTakeFirst();
  if (disabled)
    await addAuditEntry(db, {
      kind: "change",
      at: now,
      actor: "server",
      action: ACTIONS[reason],
      subject: disabled.name,
      address: null,
    });
}

const ACTIONS: Record<DisabledReason, string> = {
  gone: "disabled the endpoint, which answered 410 Gone:",
  failing: `disabled the endpoint, which only failed for ${FAILING_DAYS_MAX} days:`,
};

/** How far each of these targets is. */
export async function progressOf(
  db: Db,
  targets: readonly Target[],
): Promise<TargetSaved[]> {
  if (targets.length === 0) return [];
  const rows = await db
    .selectFrom("targets")
    .selectAll()
    .where("target", "in", [...targets])
    .execute();
  return Promise.all(
    rows.map(async (row) => {
      const { waiting, nextAt } = await db
        .selectFrom("deliveries")
        .select(({ fn }) => [
          fn.countAll<number>().as("waiting"),
          fn.min<number | null>("next_at").as("nextAt"),
        ])
        .where("target", "=", row.target)
        .where("next_at", "is not", null)
        .executeTakeFirstOrThrow();
      return {
        target: row.target,
        suppressionsCursor: row.suppressions_cursor,
        openedAt: row.opened_at ?? undefined,
        failingSince: row.failing_since ?? undefined,
        heldUntil: row.held_until ?? undefined,
        waiting,
        nextAt: nextAt ?? undefined,
      };
    }),
  );
}
