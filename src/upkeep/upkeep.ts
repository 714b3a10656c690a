import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { ClockReading, UpkeepNote, UpkeepStore } from "../store/upkeep.ts";
import { pause } from "../time/pause.ts";
import { retentionCut } from "./retention.ts";
import {
  BackupFailed,
  nextBackupDueAt,
  writeScheduledBackup,
} from "./scheduled-backup.ts";

/** How long after the start chores begin: after a restart, pages come first. */
const BEGIN_AFTER_MS = 5_000;
const RETENTION_EVERY_MS = 3_600_000;
/** How often to check whether a backup is due. */
const BACKUP_LOOK_EVERY_MS = 60_000;
const BACKUP_AGAIN_AFTER_MS = 3_600_000;

export type Upkeep = {
  readonly config: Pick<
    Config,
    "backupFolder" | "backupsKept" | "databaseUrl" | "retentionDays"
  >;
  readonly store: UpkeepStore;
  readonly log: Log;
  readonly now: () => number;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
  readonly beginAfterMs?: number;
};

/**
 * Does the server's chores, each at its time, until it stops: deletes old messages if
 * RETENTION_DAYS is set, writes backups if BACKUP_FOLDER is set. Logs how each went,
 * and records it in the store. Resolves when the server stops and nothing is running.
 */
export async function doUpkeep(upkeep: Upkeep): Promise<void> {
  const { config, stopping, beginAfterMs = BEGIN_AFTER_MS } = upkeep;
  // Before callbacks arrive that a wrong clock would date.
  await readClockFirst(upkeep);
  await pause(beginAfterMs, stopping);
  await Promise.all([
    keepRetention(upkeep),
    config.backupFolder === undefined
      ? undefined
      : keepBackups(upkeep, resolve(config.backupFolder)),
  ]);
}

/** Reads the clock, and deletes expired sessions. */
async function readClock({ store, now }: Upkeep): Promise<ClockReading> {
  const clock = await store.readClock(now());
  await store.removeEndedSessions(clock);
  return clock;
}

async function readClockFirst(upkeep: Upkeep): Promise<void> {
  try {
    await readClock(upkeep);
  } catch (error) {
    // It's read again when the chores begin.
    if (!(error instanceof StoreUnavailable))
      upkeep.log.error(failureOf(error), "can't read the clock's record");
  }
}

async function keepRetention(upkeep: Upkeep): Promise<void> {
  const { stopping } = upkeep;
  let wasPaused = false;
  while (!stopping.aborted) {
    wasPaused = await retain(upkeep, wasPaused);
    await pause(RETENTION_EVERY_MS, stopping);
  }
}

/** Returns whether deleting is paused. */
async function retain(upkeep: Upkeep, wasPaused: boolean): Promise<boolean> {
  const { config, store, log, now, stopping } = upkeep;
  const days = config.retentionDays;
  try {
    return await store.exclusively(
      "retention",
      (held) => retainByClock({ ...upkeep, stopping: held }, wasPaused),
      stopping,
    );
  } catch (error) {
    if (stopping.aborted) return wasPaused;
    const reason =
      error instanceof StoreUnavailable ? error.message : undefined;
    if (days === 0 && reason !== undefined) return false;
    if (reason === undefined) log.error(failureOf(error), "retention failed");
    else log.error(`retention failed; retrying in an hour: ${reason}`);
    const note = { at: now(), reason: reason ?? "The log has the error." };
    await noteFailure(upkeep, { name: "retentionFailure", note });
    return false;
  }
}

/**
 * Reads the clock (also without RETENTION_DAYS, which may be set later), and deletes
 * what is past retention. Returns whether deleting is paused.
 */
async function retainByClock(
  upkeep: Upkeep,
  wasPaused: boolean,
): Promise<boolean> {
  const { config, store, log } = upkeep;
  const clock = await readClock(upkeep);
  if (config.retentionDays === 0) return false;
  const cut = retentionCut(clock, config.retentionDays);
  if ("pause" in cut) {
    const note = { at: clock.now, reason: cut.pause };
    if (!wasPaused) log.warn(`retention is paused. ${cut.pause}`);
    await store.note({ name: "retentionPause", note });
    return true;
  }
  await store.note({ name: "retentionPause", note: undefined });
  await deleteOld(upkeep, cut.before);
  return false;
}

async function deleteOld(upkeep: Upkeep, before: number): Promise<void> {
  const { store, log, now, stopping } = upkeep;
  const pruned = await store.prune(before, { signal: stopping });
  if (pruned.messages > 0)
    log.info(
      { ...pruned, before: new Date(before).toISOString() },
      "retention deleted old messages",
    );
  if (stopping.aborted) return;
  await store.note({ name: "retention", note: { ...pruned, at: now() } });
  await store.note({ name: "retentionFailure", note: undefined });
}

async function keepBackups(upkeep: Upkeep, folder: string): Promise<void> {
  const { store, log, now, stopping } = upkeep;
  /** By a clock that nobody sets. */
  let restsUntil = 0;
  for (; !stopping.aborted; await pause(BACKUP_LOOK_EVERY_MS, stopping)) {
    if (performance.now() < restsUntil) continue;
    const at = now();
    try {
      await store.exclusively(
        "backup",
        (held) => backUpIfDue({ ...upkeep, stopping: held }, folder, at),
        stopping,
      );
    } catch (error) {
      if (stopping.aborted) return;
      restsUntil = performance.now() + BACKUP_AGAIN_AFTER_MS;
      const isKnown =
        error instanceof BackupFailed || error instanceof StoreUnavailable;
      if (isKnown)
        log.error(`the backup failed; retrying in an hour: ${error.message}`);
      else log.error(failureOf(error), "the backup failed");
      const reason = isKnown ? error.message : "The log has the error.";
      const note = { at, reason };
      await noteFailure(upkeep, { name: "backupFailure", note });
    }
  }
}

async function backUpIfDue(
  { config, store, log, stopping }: Upkeep,
  folder: string,
  at: number,
): Promise<void> {
  const { backupsKept: kept, databaseUrl } = config;
  if (at < (await nextBackupDueAt(folder, at))) return;
  const begun = performance.now();
  const wishes = { databaseUrl, folder, kept };
  const { file, bytes } = await writeScheduledBackup(wishes, at, stopping);
  const ms = Math.round(performance.now() - begun);
  log.info({ file, bytes, ms }, "wrote a backup");
  await store.note({ name: "backup", note: { at, bytes } });
  await store.note({ name: "backupFailure", note: undefined });
}

/** The log has it, too, if the store can't record it. */
async function noteFailure(
  { store, log }: Upkeep,
  note: UpkeepNote,
): Promise<void> {
  try {
    await store.note(note);
  } catch (error) {
    if (!(error instanceof StoreUnavailable))
      log.error(failureOf(error), "can't record a failed chore");
  }
}
