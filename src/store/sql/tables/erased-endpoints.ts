import {
  addressEraser,
  type ErasedAddress,
} from "../../../phone/erased-number.ts";
import { nameKey } from "../../accounts.ts";
import type { NewAttempt } from "../../outbox.ts";
import type { Db } from "../dialect.ts";
import { keepNote, noteOf } from "./upkeep-notes.ts";

/**
 * Removes an address from the names and filters of endpoints. With another filter, an
 * endpoint would get other events, so it's paused.
 */
export async function eraseFromEndpoints(
  db: Db,
  address: ErasedAddress,
  now: number,
): Promise<void> {
  const eraser = addressEraser(address, "erased");
  const endpoints = await db
    .selectFrom("endpoints")
    .select(["id", "name", "filter", "state"])
    .execute();
  for (const { id, name, filter, state } of endpoints) {
    const erased = eraser.inText(name, false);
    const left = {
      // Names are unique.
      name: erased === name ? name : `${erased} (${id})`,
      filter: eraser.inText(filter, true),
    };
    if (left.name === name && left.filter === filter) continue;
    const pauses = left.filter !== filter && state === "active";
    await db
      .updateTable("endpoints")
      .set((eb) => ({
        ...left,
        name_key: nameKey(left.name),
        revision: eb("revision", "+", 1),
        ...(pauses && { state: "paused" as const, state_changed_at: now }),
      }))
      .where("id", "=", id)
      .execute();
  }
}

/**
 * Makes forwarding read again what it has read and not yet sent, and keep no responses to what
 * is under way. Call it when something was erased.
 */
export async function readAgainForEndpoints(
  db: Db,
  now: number,
): Promise<void> {
  await keepNote(db, ERASURE, { at: now });
  await db
    .updateTable("endpoints")
    .set((eb) => ({ revision: eb("revision", "+", 1) }))
    .where("state", "=", "active")
    .execute();
}

/** The name of the note that says when something was erased. */
const ERASURE = "erasure";
/** What was read before an erasure is sent within this time after it. */
const READ_BEFORE_MS = 30_000;
/** An attempt that began this long before an erasure had ended. */
const UNDER_WAY_MS = 3_600_000;

/** Returns attempts without the responses of those that were under way while something was erased. */
export async function withoutErased<
  Tried extends Pick<NewAttempt, "at" | "response">,
>(db: Db, attempts: readonly Tried[]): Promise<readonly Tried[]> {
  if (attempts.every(({ response }) => response === null)) return attempts;
  const note = await noteOf(db, ERASURE);
  if (note === undefined) return attempts;
  const { at: erasedAt }: { readonly at: number } = JSON.parse(note);
  return attempts.map((attempt) => {
    const wasUnderWay =
      attempt.at > erasedAt - UNDER_WAY_MS &&
      attempt.at < erasedAt + READ_BEFORE_MS;
    return wasUnderWay ? { ...attempt, response: null } : attempt;
  });
}
