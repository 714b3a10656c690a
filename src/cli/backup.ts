import { existsSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { byteWords, counted } from "../words/amounts.ts";
import type { Config } from "../config/config.ts";
import type { Contents } from "../store/backups.ts";
import { openEngine } from "../store/open.ts";
import { backupTime } from "../upkeep/backup-files.ts";
import { noteUse } from "./audit-note.ts";
import { report } from "./output.ts";
import { inOwnProcess, isWorker } from "./own-process.ts";

/**
 * Writes a backup into a new file, even while the server is running. Resolves to the exit
 * status, and throws when it can't be done.
 */
export async function backup(
  { databaseUrl }: Pick<Config, "databaseUrl">,
  file: string,
): Promise<number> {
  const engine = openEngine(databaseUrl);
  const { backups } = engine;
  if (!isWorker()) {
    const path = resolve(file);
    const isNew = !existsSync(path);
    const args = ["backup", path, "--database-url", databaseUrl];
    const cleanUp = (): Promise<void> =>
      backups.removeUnfinished(
        dirname(path),
        (name) => name === basename(path),
      );
    const status = await inOwnProcess(
      args,
      cleanUp,
      "Stopped before it was done. No backup was written.",
    );
    if (isNew && existsSync(path)) await noteUse(engine, "made a backup");
    return status;
  }
  giveWay();
  // The server's own backups have a name each, so none cleans up after another.
  await backups.removeUnfinished(
    dirname(file),
    (name) => backupTime(name) !== undefined,
  );
  const contents = await backups.write(file);
  return report(`The backup is complete and verified: ${holds(contents)}.`);
}

/** Everything else on this machine, above all the server, comes first. */
function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // The usual priority does too.
  }
}

/** `12 messages with 24 events, 1.2 MB; the last event came at 2026-11-23T12:00:00Z`. */
export function holds(contents: Contents): string {
  const { messages, events, bytes, lastEventAt } = contents;
  const last =
    lastEventAt === undefined
      ? ""
      : `; latest event ${new Date(lastEventAt).toISOString().replace(/\.\d+/, "")}`;
  return `${counted(messages, "message")} with ${counted(events, "event")}, ${byteWords(bytes)}${last}`;
}
