import {
  addressEraser,
  type ErasedAddress,
} from "../../../phone/erased-number.ts";
import { maskRecipient } from "../../../phone/mask-numbers.ts";
import type { Db } from "../dialect.ts";
import type { Facts } from "./refusals.ts";

/**
 * Removes what refusals still say about an address: what was posted, and the query. A refusal
 * has no person's address in full, but its end (`••••••12`) beside the message's SID could lead
 * back to a person. So both go, also from refusals of other addresses that are masked to the
 * same: nobody can tell which is whose. When, from where and why it was refused stays. Returns
 * how many refusals changed.
 */
export async function eraseFromRefusals(
  db: Db,
  address: ErasedAddress,
): Promise<number> {
  const found = await refusalsOf(db, address);
  for (const { id, facts } of found) {
    const { sent, ...rest }: Facts = JSON.parse(facts);
    const erased: Facts = {
      ...rest,
      sent: { ...sent, params: [], query: [], isCut: true },
    };
    await db
      .updateTable("refusals")
      .set({ facts: JSON.stringify(erased) })
      .where("id", "=", id)
      .execute();
  }
  return found.length;
}

/** How many refusals `eraseFromRefusals` would change. */
export async function findInRefusals(
  db: Db,
  address: ErasedAddress,
): Promise<number> {
  return (await refusalsOf(db, address)).length;
}

/** The refusals that say something about an address, or one that is masked to the same. */
async function refusalsOf(
  db: Db,
  address: ErasedAddress,
): Promise<{ id: number; facts: string }[]> {
  const masked = maskRecipient(address);
  const end = /\d\d$/.test(masked)
    ? `••${masked.slice(-2)}`
    : JSON.stringify(masked);
  const eraser = addressEraser(address, "");
  const all = await db.selectFrom("refusals").select(["id", "facts"]).execute();
  return all.filter(
    ({ facts }) => facts.includes(end) || eraser.mayBeIn(facts),
  );
}
