import type { By } from "../../accounts.ts";
import { MUTED_CODES_MAX, type MutedCode } from "../../alerts.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";

export async function muteCode(
  db: Db,
  errorCode: number,
  note: string,
  by: By,
): Promise<"muted" | "too many"> {
  const known = await mutedCodes(db);
  const isKnown = known.some((each) => each.errorCode === errorCode);
  if (!isKnown && known.length >= MUTED_CODES_MAX) return "too many";
  const muted = { muted_at: by.at, muted_by: by.actor, note };
  await db
    .insertInto("muted_codes")
    .values({ error_code: errorCode, ...muted })
    .onConflict((conflict) => conflict.column("error_code").doUpdateSet(muted))
    .execute();
  await audit(db, by, "muted the alerts for error code", errorCode);
  return "muted";
}

/** Returns whether it was muted. */
export async function unmuteCode(
  db: Db,
  errorCode: number,
  by: By,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("muted_codes")
    .where("error_code", "=", errorCode)
    .executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  await audit(db, by, "unmuted the alerts for error code", errorCode);
  return true;
}

function audit(db: Db, by: By, action: string, code: number): Promise<void> {
  const subject = String(code);
  return addAuditEntry(db, { kind: "change", ...by, action, subject });
}

export function mutedCodes(db: Db): Promise<MutedCode[]> {
  return db
    .selectFrom("muted_codes")
    .select([
      "error_code as errorCode",
      "muted_at as mutedAt",
      "muted_by as by",
      "note",
    ])
    .orderBy("error_code")
    .execute();
}
