import {
  chooseLimits,
  partKey,
  wholeAfterGuess,
  type GuessLimit,
  type GuessTaken,
} from "../../guess-limit.ts";
import type { Db } from "../dialect.ts";

/** When these limits are whole again; those that are whole are left out. */
export async function limitsWholeAt(
  db: Db,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom("guess_limits")
    .selectAll()
    .where("key", "in", keys)
    .execute();
  return new Map(rows.map(({ key, whole_at }) => [key, whole_at]));
}

export async function takeGuess(
  db: Db,
  ways: readonly (readonly GuessLimit[])[],
  at: number,
): Promise<GuessTaken> {
  // A limit that is whole again needs no row.
  await db.deleteFrom("guess_limits").where("whole_at", "<=", at).execute();
  const keys = ways.flat().map(({ key }) => key);
  const wholeAt = await limitsWholeAt(db, keys);
  const result = chooseLimits(ways, (key) => wholeAt.get(key), at);
  if ("taken" in result)
    for (const limit of result.taken) {
      const whole_at = wholeAfterGuess(limit, wholeAt.get(limit.key), at);
      await db
        .insertInto("guess_limits")
        .values({ key: limit.key, whole_at })
        .onConflict((conflict) =>
          conflict.column("key").doUpdateSet({ whole_at }),
        )
        .execute();
    }
  return result;
}

/**
 * Takes back the guesses in a limit, also from the limits that share them: once a user has
 * signed in, their typos no longer make their address wait.
 */
export async function forgetGuesses(
  db: Db,
  key: string,
  at: number,
): Promise<void> {
  const from = partKey(key, "");
  const parts = await db
    .selectFrom("guess_limits")
    .selectAll()
    // Keys are base64url, whose characters come before "~".
    .where("key", ">", from)
    .where("key", "<", `${from}~`)
    .execute();
  for (const part of parts)
    await giveBack(
      db,
      part.key.slice(from.length),
      Math.max(0, part.whole_at - at),
    );
  await db
    .deleteFrom("guess_limits")
    .where("key", "in", [key, ...parts.map((part) => part.key)])
    .execute();
}

export async function giveBack(db: Db, key: string, ms: number): Promise<void> {
  await db
    .updateTable("guess_limits")
    .set((eb) => ({ whole_at: eb("whole_at", "-", ms) }))
    .where("key", "=", key)
    .execute();
}
