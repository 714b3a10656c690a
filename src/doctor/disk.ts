import { byteWords, countWords } from "../words/amounts.ts";
import type { DiskRoom } from "../store/database-facts.ts";
import type { DatabaseCheck } from "../store/engine.ts";
import { fine, note, wrong, type Finding } from "../words/finding.ts";

/** Below this the disk counts as full: one burst's write-ahead log may need this much. */
const FREE_BYTES_MIN = 200_000_000;
const DAYS_MIN = 30;

/** Says who has to watch the disk of a database that is on a server. */
export function serverDiskFinding(): Finding {
  return fine(
    "The database is on a server, whose disk isn't seen from here. Watch its free space there.",
  );
}

/** Checks whether there's room for new data. */
export function diskFinding(
  room: DiskRoom | undefined,
  { bytes, bytesPerDay }: Pick<DatabaseCheck, "bytes" | "bytesPerDay">,
  retentionDays: number,
): Finding {
  if (room === undefined) {
    return note(
      "The disk's free space is unknown: the database's folder doesn't exist, or this user can't read it.",
      "Run doctor as the user that the server runs as.",
    );
  }
  const { freeBytes, totalBytes } = room;
  const words = `${byteWords(freeBytes)} of ${byteWords(totalBytes)} are free on the database's disk`;
  if (freeBytes < FREE_BYTES_MIN) {
    return wrong(
      `${words}: it's almost full. Once it is, callbacks are answered 503.`,
      "Free some space, or keep messages for a shorter time (RETENTION_DAYS).",
    );
  }
  const days =
    bytesPerDay === undefined || bytesPerDay <= 0
      ? undefined
      : Math.floor(freeBytes / bytesPerDay);
  // Deleted data makes room for new data.
  const isEnding =
    days !== undefined &&
    days < DAYS_MIN &&
    (retentionDays === 0 || retentionDays > days);
  if (isEnding) {
    return wrong(
      `${words}. At last week's growth, that's enough for ${countWords(days)} days.`,
      "Free some space, get a larger disk, or keep messages for a shorter time (RETENTION_DAYS).",
    );
  }
  if (freeBytes < bytes) {
    return note(
      `${words}, which is less than the size of the database: no backup or copy fits beside it.`,
      "Write backups to another disk (BACKUP_FOLDER), or get a larger one.",
    );
  }
  const enough =
    days === undefined || days > 3_650
      ? "for years"
      : `for ${countWords(days)} days`;
  return fine(
    days === undefined
      ? `${words}.`
      : `${words}: enough ${enough} at last week's growth.`,
  );
}
