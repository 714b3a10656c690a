import { closeSync, openSync, readSync, statSync, truncateSync } from "node:fs";
import { LOG_HEADER_BYTES, type NeededBytes } from "../writer/log-copying.ts";

/**
 * Notices when another program cuts the write-ahead log in `path` short. When SQLite then
 * writes further, what was cut off is a hole of zeros in the file.
 */
export function watchLog(path: string, needed: NeededBytes) {
  // SQLite holds no lock on the log that closing this descriptor would end.
  let log: number | undefined = openSync(path, "r");
  let knownBytes = 0;

  const offsetOf = (place: number): number =>
    LOG_HEADER_BYTES + place * needed.logPageBytes;
  /** No page has the number 0. */
  const isHole = (place: number): boolean => {
    if (log === undefined) return false;
    const number = Buffer.alloc(4);
    readSync(log, number, 0, number.length, offsetOf(place));
    return number.every((byte) => byte === 0);
  };
  const firstHole = (bytes: number): number | undefined => {
    const pages = Math.floor(bytes / needed.logPageBytes);
    for (let place = 0; place < pages; place++) if (isHole(place)) return place;
    return undefined;
  };
  /** A log that is reused can have holes too: SQLite may have written behind what was cut off. */
  const hasLost = (size: number): boolean => {
    try {
      const bytes = needed.log();
      return size < bytes || firstHole(bytes) !== undefined;
    } catch {
      // SQLite needs the missing part to tell.
      return true;
    }
  };
  const hasHole = (before: number, size: number): boolean => {
    const pages = Math.floor((before - LOG_HEADER_BYTES) / needed.logPageBytes);
    return size > before && pages > 0 && isHole(pages - 1);
  };

  return {
    /** Whether the log, which now has this size, was cut short since the last call. */
    wasCut(size: number): boolean {
      const before = knownBytes;
      knownBytes = size;
      // Copying also makes a log shorter: only then SQLite is asked what it needs.
      return size < before ? hasLost(size) : hasHole(before, size);
    },
    /** Ends the log before its first hole, which SQLite would copy into the database. */
    cutAtHole(): void {
      const { size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
      const place = firstHole(size);
      if (place === undefined) return;
      // The page before it may have lost its end.
      truncateSync(path, place < 2 ? 0 : offsetOf(place - 1));
    },
    close(): void {
      if (log !== undefined) closeSync(log);
      log = undefined;
    },
  };
}
