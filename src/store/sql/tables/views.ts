import {
  addressEraser,
  type ErasedAddress,
} from "../../../phone/erased-number.ts";
import { nameKey, type By } from "../../accounts.ts";
import {
  VIEWS_MAX,
  type NewView,
  type SavedView,
  type ViewChange,
  type ViewRefusal,
} from "../../views.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";

export async function views(
  db: Db,
  userId: number | null,
): Promise<SavedView[]> {
  const rows = await selectViews(db)
    .where((eb) =>
      eb.or([
        eb("owner_id", "is", null),
        ...(userId === null ? [] : [eb("owner_id", "=", userId)]),
      ]),
    )
    .orderBy("name_key")
    .execute();
  return rows.map(viewOf);
}

export async function viewById(
  db: Db,
  id: number,
): Promise<SavedView | undefined> {
  const row = await selectViews(db).where("id", "=", id).executeTakeFirst();
  return row && viewOf(row);
}

export async function addView(
  db: Db,
  view: NewView,
  by: By,
): Promise<{ readonly id: number } | { readonly refusal: ViewRefusal }> {
  const { ownerId, name, filter, inDigest } = view;
  const known = await ofOwner(db, ownerId);
  if (known.some((each) => each.nameKey === nameKey(name)))
    return { refusal: "name taken" };
  if (known.length >= VIEWS_MAX) return { refusal: "too many" };
  const added = await db
    .insertInto("saved_views")
    .values({
      owner_id: ownerId,
      name,
      name_key: nameKey(name),
      filter,
      in_digest: Number(inDigest),
      revision: 1,
      created_by: by.actor,
      created_at: by.at,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await note(db, by, "saved the view", ownerId, name);
  return added;
}

export async function changeView(
  db: Db,
  id: number,
  revision: number,
  change: ViewChange,
  by: By,
): Promise<ViewRefusal | undefined> {
  const before = await viewById(db, id);
  if (before === undefined) return "no such view";
  const { name, filter, inDigest } = change;
  if (
    before.name === name &&
    before.filter === filter &&
    before.inDigest === inDigest
  )
    return undefined;
  if (before.revision !== revision) return "changed meanwhile";
  const others = await ofOwner(db, before.ownerId);
  if (others.some((each) => each.id !== id && each.nameKey === nameKey(name)))
    return "name taken";
  await db
    .updateTable("saved_views")
    .set({
      name,
      name_key: nameKey(name),
      filter,
      in_digest: Number(inDigest),
      revision: revision + 1,
      changed_by: by.actor,
      changed_at: by.at,
    })
    .where("id", "=", id)
    .execute();
  await note(db, by, "changed the view", before.ownerId, name);
  return undefined;
}

export async function removeView(db: Db, id: number, by: By): Promise<boolean> {
  const removed = await db
    .deleteFrom("saved_views")
    .where("id", "=", id)
    .returning(["name", "owner_id"])
    .executeTakeFirst();
  if (removed === undefined) return false;
  await note(db, by, "removed the view", removed.owner_id, removed.name);
  return true;
}

/** A person's own views go with the person. */
export async function removeViewsOf(db: Db, userId: number): Promise<void> {
  await db.deleteFrom("saved_views").where("owner_id", "=", userId).execute();
}

/** Removes an address from the names and filters of views. */
export async function eraseFromViews(
  db: Db,
  address: ErasedAddress,
): Promise<void> {
  const eraser = addressEraser(address, "erased");
  const all = await db
    .selectFrom("saved_views")
    .select(["id", "name", "filter"])
    .execute();
  for (const { id, name, filter } of all) {
    const erased = eraser.inText(name, false);
    // Names are unique.
    const left = erased === name ? name : `${erased} (${id})`;
    const leftFilter = eraser.inText(filter, true);
    if (left === name && leftFilter === filter) continue;
    await db
      .updateTable("saved_views")
      .set((eb) => ({
        name: left,
        name_key: nameKey(left),
        filter: leftFilter,
        revision: eb("revision", "+", 1),
      }))
      .where("id", "=", id)
      .execute();
  }
}

function ofOwner(db: Db, ownerId: number | null) {
  return db
    .selectFrom("saved_views")
    .select(["id", "name_key as nameKey"])
    .where("owner_id", ownerId === null ? "is" : "=", ownerId)
    .execute();
}

function selectViews(db: Db) {
  return db
    .selectFrom("saved_views")
    .select([
      "id",
      "owner_id as ownerId",
      "name",
      "filter",
      "in_digest as inDigest",
      "revision",
      "created_by as createdBy",
      "created_at as createdAt",
      "changed_by as changedBy",
      "changed_at as changedAt",
    ]);
}

function viewOf<Row extends { readonly inDigest: number }>(row: Row) {
  return { ...row, inDigest: row.inDigest === 1 };
}

/** Others' own views are listed, too: without their names, which nobody else sees. */
function note(
  db: Db,
  by: By,
  what: string,
  ownerId: number | null,
  name: string,
): Promise<void> {
  const isTeams = ownerId === null;
  const action = isTeams ? `${what} of the team` : `${what} of their own`;
  const subject = isTeams ? name : "";
  return addAuditEntry(db, { kind: "change", ...by, action, subject });
}
