import {
  addressEraser,
  type AddressEraser,
  type ErasedAddress,
} from "../../../phone/erased-number.ts";
import type { Db } from "../dialect.ts";

/** Stands for the number in texts. */
const LABEL = "erased";

/**
 * Removes an address from what people wrote about alerts: rules and their filters, and notes.
 * A rule whose filter contained it matches nothing any more, so it's turned off. Alerts name
 * senders by their ids.
 */
export async function eraseFromAlerts(
  db: Db,
  address: ErasedAddress,
): Promise<void> {
  const eraser = addressEraser(address, LABEL);
  await eraseFromRules(db, eraser);
  await eraseFromOccurrences(db, eraser);
  await eraseFromNotes(db, eraser);
}

async function eraseFromRules(db: Db, eraser: AddressEraser): Promise<void> {
  const rules = await db
    .selectFrom("alert_rules")
    .select(["id", "name", "filter", "is_on"])
    .execute();
  for (const { id, name, filter, is_on } of rules) {
    const left = {
      name: without(eraser, name),
      filter: without(eraser, filter, true),
    };
    if (left.name === name && left.filter === filter) continue;
    await db
      .updateTable("alert_rules")
      .set({
        // Names are unique.
        name: left.name === name ? name : `${left.name} (${id})`,
        filter: left.filter,
        is_on: left.filter === filter ? is_on : 0,
      })
      .where("id", "=", id)
      .execute();
  }
}

async function eraseFromOccurrences(
  db: Db,
  eraser: AddressEraser,
): Promise<void> {
  const alerts = await db
    .selectFrom("alerts")
    .select(["id", "rule_name", "note", "facts"])
    .execute();
  for (const { id, rule_name, note, facts } of alerts) {
    const left = {
      rule_name: without(eraser, rule_name),
      note: note === null ? null : without(eraser, note),
      facts: JSON.stringify(withoutIn(eraser, JSON.parse(facts))),
    };
    if (
      left.rule_name !== rule_name ||
      left.note !== note ||
      left.facts !== facts
    )
      await db.updateTable("alerts").set(left).where("id", "=", id).execute();
  }
}

async function eraseFromNotes(db: Db, eraser: AddressEraser): Promise<void> {
  for (const { id, note } of await db
    .selectFrom("alert_history")
    .select(["id", "note"])
    .where("note", "<>", "")
    .execute()) {
    const left = without(eraser, note);
    if (left !== note)
      await db
        .updateTable("alert_history")
        .set({ note: left })
        .where("id", "=", id)
        .execute();
  }
  for (const { error_code, note } of await db
    .selectFrom("muted_codes")
    .select(["error_code", "note"])
    .execute()) {
    const left = without(eraser, note);
    if (left !== note)
      await db
        .updateTable("muted_codes")
        .set({ note: left })
        .where("error_code", "=", error_code)
        .execute();
  }
}

function without(
  eraser: AddressEraser,
  text: string,
  isFilter = false,
): string {
  return eraser.mayBeIn(text) ? eraser.inText(text, isFilter) : text;
}

/** Removes it from each text in a value that came from JSON. */
function withoutIn(eraser: AddressEraser, value: unknown): unknown {
  if (typeof value === "string") return without(eraser, value, true);
  if (Array.isArray(value)) return value.map((each) => withoutIn(eraser, each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      withoutIn(eraser, each),
    ]),
  );
}
