import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { noSuchBackup, type Restored } from "../store/backups.ts";
import { openEngine } from "../store/open.ts";
import { isConfirmed, NOT_CONFIRMED } from "./confirmation.ts";
import { holds } from "./backup.ts";
import { report } from "./output.ts";
import { finishInPeace, inOwnProcess, isWorker } from "./own-process.ts";

/**
 * Replaces the database with a backup while no server is running. Resolves to the exit
 * status, and throws when it can't be done.
 */
export async function restore(
  { databaseUrl }: Pick<Config, "databaseUrl">,
  file: string,
  isSure: boolean,
): Promise<number> {
  const engine = openEngine(databaseUrl);
  const { backups } = engine;
  const source = resolve(file);
  // Nobody should confirm what then turns out to be a mistyped path.
  if (!existsSync(source)) throw noSuchBackup(source);
  const question =
    "Replace the database with this backup? Messages, users and the event feed will be as they were when it was made.";
  if (!isSure && (await engine.exists()) && !(await isConfirmed(question)))
    return NOT_CONFIRMED;
  if (!isWorker()) {
    const args = ["restore", source, "--yes", "--database-url", databaseUrl];
    return inOwnProcess(
      args,
      () => backups.removeLeftover(),
      "Stopped before it was done. Nothing was changed.",
    );
  }
  const now = Date.now();
  const restored = await backups.restore(file, now, finishInPeace);
  const { before } = restored;
  return report(
    [
      `The backup is restored: ${holds(restored)}.`,
      ...(before === undefined
        ? []
        : [
            `The previous database is kept as ${before}.`,
            "To go back, restore that file the same way. Delete it when you no longer need it.",
          ]),
      "All sessions have ended. Readers of the event feed have to start over: earlier cursors are answered 410.",
      ...accessLines(restored),
      "Start the server now.",
    ].join("\n"),
  );
}

/** Who can sign in again or no longer, which erased numbers are back, and what to do. */
function accessLines({
  isCompared,
  usersBack,
  usersGone,
  passwordsBack,
  rolesBack,
  tokensRevoked,
  tokensGone,
  endpointsPaused,
  channelsOff,
  digestsEnded,
  numbersBack,
}: Restored): string[] {
  const since = isCompared
    ? ""
    : " There was no readable database to compare the backup with, so check this yourself.";
  return [
    line(
      isCompared
        ? "Users who weren't in the database that was replaced are back"
        : "Users in the backup can sign in with the passwords they had then",
      usersBack,
      `To remove one: smsledger user remove NAME.${since}`,
    ),
    line(
      "Passwords changed since the backup are the old ones again",
      passwordsBack,
      "To set one: smsledger user password NAME.",
    ),
    line(
      "Roles changed since the backup are the old ones again",
      rolesBack.map(({ name, role }) => `${name} (${role})`),
      "To change one: smsledger user role NAME admin|member.",
    ),
    line(
      "Users added since the backup are gone",
      usersGone,
      "To add one again: smsledger user add NAME.",
    ),
    line(
      isCompared
        ? "API tokens of the backup that were revoked since stay revoked"
        : "API tokens of the backup were revoked, as there was no readable database to tell which are still valid",
      tokensRevoked,
      "If a program still needs one: smsledger token add NAME.",
    ),
    line(
      "API tokens made since the backup are gone",
      tokensGone,
      "To make one again: smsledger token add NAME.",
    ),
    line(
      "Endpoints that were removed, paused or changed since the backup are paused",
      endpointsPaused,
      "If one should get events: smsledger endpoint resume NAME.",
    ),
    line(
      "Notification channels that were removed, turned off or changed since the backup are off",
      channelsOff,
      "To turn one on: open Alerts, Notification channels.",
    ),
    line(
      "Digests that were unsubscribed or changed since the backup aren't sent",
      digestsEnded,
      "Their users can ask for them again: Settings, Digest.",
    ),
    line(
      "Numbers erased since the backup may be back",
      numbersBack,
      "Erase them again: smsledger erase NUMBER.",
    ),
  ].filter((each) => each !== "");
}

function line(what: string, names: readonly string[], toDo: string): string {
  return names.length === 0 ? "" : `${what}: ${names.join(", ")}. ${toDo}`;
}
