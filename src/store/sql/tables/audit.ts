import {
  AUDIT_DAYS,
  AUDIT_LATE_MS,
  AUDIT_MAX,
  AUDIT_MERGED_MS,
  AUDIT_OF_ONE_MAX,
  type AuditEntry,
  type AuditKind,
  type AuditRow,
} from "../../audit.ts";
import type { Db } from "../dialect.ts";
import { seenBeforeIn } from "./clock-record.ts";

/** An equal entry is searched for among this many of the actor's latest ones. */
const SEARCHED_MAX = 100;
/** Adding an entry removes at most this many old ones. */
const OLD_REMOVED_MAX = 100;
const DAY_MS = 86_400_000;

export async function addAuditEntry(db: Db, entry: AuditEntry): Promise<void> {
  const { kind, actor, action, subject, address } = entry;
  const at = await inOrder(db, entry.at);
  const equal =
    kind === "change" ? undefined : await takeEqual(db, { ...entry, at });
  await db
    .insertInto("audit")
    .values({
      kind,
      at,
      actor,
      action,
      subject,
      address,
      times: (equal?.times ?? 0) + 1,
      first_at: equal?.first_at ?? at,
    })
    .execute();
  await trim(db, kind, actor, at);
}

/** Removes old entries, then those beyond the maximum. */
async function trim(
  db: Db,
  kind: AuditKind,
  actor: string,
  at: number,
): Promise<void> {
  await db
    .deleteFrom("audit")
    .where("at", "<", await seenBeforeIn(db, at, AUDIT_DAYS * DAY_MS))
    .where("id", "in", (eb) =>
      eb.selectFrom("audit").select("id").orderBy("id").limit(OLD_REMOVED_MAX),
    )
    .execute();
  await removeBeyond(db, { kind, actor }, AUDIT_OF_ONE_MAX);
  await removeBeyond(db, { kind }, AUDIT_MAX);
}

async function removeBeyond(
  db: Db,
  these: { readonly kind: AuditKind; readonly actor?: string },
  max: number,
): Promise<void> {
  await db
    .deleteFrom("audit")
    .where((eb) => eb.and(these))
    .where("id", "<=", (eb) =>
      eb
        .selectFrom("audit")
        .select("id")
        .where((inner) => inner.and(these))
        .orderBy("id", "desc")
        .limit(1)
        .offset(max),
    )
    .execute();
}

/** Removes a recent entry that says the same, and returns what it counted. */
async function takeEqual(
  db: Db,
  { kind, at, actor, action, subject, address }: AuditEntry,
): Promise<{ times: number; first_at: number } | undefined> {
  const equal = await db
    .selectFrom((eb) =>
      eb
        .selectFrom("audit")
        .selectAll()
        .where("kind", "=", kind)
        .where("actor", "=", actor)
        .orderBy("id", "desc")
        .limit(SEARCHED_MAX)
        .as("latest"),
    )
    .select(["id", "times", "first_at"])
    .where("action", "=", action)
    .where("subject", "=", subject)
    .where("address", "is not distinct from", address)
    .where("first_at", ">", at - AUDIT_MERGED_MS)
    .where("first_at", "<", at + AUDIT_MERGED_MS)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  if (equal) await db.deleteFrom("audit").where("id", "=", equal.id).execute();
  return equal;
}

/** A time that is further back than an entry can be late means that the clock was set back, so it's kept. */
async function inOrder(db: Db, at: number): Promise<number> {
  const before = await db
    .selectFrom("audit")
    .select("at")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return before && before.at - at <= AUDIT_LATE_MS
    ? Math.max(before.at, at)
    : at;
}

export function auditEntries(
  db: Db,
  {
    size,
    olderThan,
  }: { readonly size: number; readonly olderThan?: number | undefined },
): Promise<AuditRow[]> {
  return db
    .selectFrom("audit")
    .select([
      "id",
      "kind",
      "at",
      "actor",
      "action",
      "subject",
      "address",
      "times",
      "first_at as firstAt",
    ])
    .$if(olderThan !== undefined, (query) =>
      query.where("id", "<", olderThan ?? 0),
    )
    .orderBy("id", "desc")
    .limit(size)
    .execute();
}
