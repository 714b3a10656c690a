import {
  addressEraser,
  type ErasedAddress,
} from "../../../phone/erased-number.ts";
import { nameKey } from "../../accounts.ts";
import type { Db } from "../dialect.ts";

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

/** Makes forwarding read again what it has read and not yet sent. Call it when something was erased. */
export async function readAgainForEndpoints(db: Db): Promise<void> {
  await db
    .updateTable("endpoints")
    .set((eb) => ({ revision: eb("revision", "+", 1) }))
    .where("state", "=", "active")
    .execute();
}
