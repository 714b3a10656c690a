import type { Database } from "bun:sqlite";
import { byteWords, countWords } from "../../../words/amounts.ts";
import { isSound } from "../connection/soundness.ts";
import { explainSqliteError } from "../connection/sqlite-errors.ts";
import { fine, wrong, type Finding } from "../../../words/finding.ts";

/** Up to this size the whole database is read, which takes a few seconds. */
const WHOLE_BYTES_MAX = 256_000_000;
/** How many messages are read, spread over a larger one. */
const SAMPLES = 500;

/** Whether the database is whole: a small one is read entirely, a large one in samples. */
export function wholenessFinding(db: Database, bytes: number): Finding {
  try {
    if (bytes <= WHOLE_BYTES_MAX) {
      return isSound(db) ? fine("It's whole: all of it was checked.") : DAMAGED;
    }
    return areSamplesWhole(db)
      ? fine(
          `No damage was found in ${countWords(SAMPLES)} messages spread over it; reading all of it would take too long (${byteWords(bytes)}).`,
        )
      : DAMAGED;
  } catch (error) {
    if (explainSqliteError(error) === undefined) throw error;
    return DAMAGED;
  }
}

export const DAMAGED = wrong(
  "The database is damaged.",
  "Check the disk and the system's log, stop the server, keep a copy of the file, and restore the latest backup.",
);

/** Whether messages can be found by their id and their SID, and their events read. */
function areSamplesWhole(db: Database): boolean {
  using bounds = db.prepare<unknown, []>(
    "SELECT (SELECT min(id) FROM messages), (SELECT max(id) FROM messages)",
  );
  using byId = db.prepare<{ id: number; sid: Uint8Array }, [number]>(
    "SELECT * FROM messages WHERE id >= ? ORDER BY id LIMIT 1",
  );
  using bySid = db.prepare<{ id: number }, [Uint8Array]>(
    "SELECT id FROM messages WHERE sid = ?",
  );
  using events = db.prepare<unknown, [number]>(
    "SELECT * FROM events WHERE message_id = ?",
  );
  const [[first, last] = []] = bounds.values();
  const [from, to] = [Number(first), Number(last)];
  return Array.from({ length: SAMPLES }).every(() => {
    const id = from + Math.floor(Math.random() * (to - from + 1));
    const message = byId.get(id);
    if (message === null) return true;
    events.all(message.id);
    return bySid.get(message.sid)?.id === message.id;
  });
}
