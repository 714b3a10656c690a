import {
  addressEraser,
  type ErasedAddress,
} from "../../../phone/erased-number.ts";
import type { Db } from "../dialect.ts";

/**
 * Removes an address from what the audit list says was changed: names of rules, endpoints and
 * channels may contain it. Whatever else names an address is masked when it's written.
 */
export async function eraseFromAudit(
  db: Db,
  address: ErasedAddress,
): Promise<void> {
  const eraser = addressEraser(address, "erased");
  const changes = await db
    .selectFrom("audit")
    .select(["id", "subject"])
    .where("kind", "=", "change")
    .where("subject", "<>", "")
    .execute();
  for (const { id, subject } of changes) {
    if (!eraser.mayBeIn(subject)) continue;
    await db
      .updateTable("audit")
      .set({ subject: eraser.inText(subject, false) })
      .where("id", "=", id)
      .execute();
  }
}
