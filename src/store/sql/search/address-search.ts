import { sql } from "kysely";
import { LAST_DIGITS_MIN } from "../../filter.ts";
import { isAmong } from "./condition-tests.ts";
import { addressValue, type AddressValue } from "../../core/filter-values.ts";
import type { Db, Dialect, Sql } from "../dialect.ts";

/** The addresses that a condition means. */
export type AddressesMeant =
  | { readonly ids: readonly number[] }
  /** Too many to list: a condition on the table `addresses`. */
  | { readonly isMeant: Sql };

/** Up to this many addresses are listed. */
const NAMED_MAX = 1_000;

/**
 * The recipients (`to`) or senders (`from`) that these values mean; see `Condition`.
 * The ids can include some that no message has.
 */
export async function addressesMeant(
  db: Db,
  role: "to" | "from",
  values: readonly string[],
): Promise<AddressesMeant> {
  const tests: Sql[] = [];
  for (const value of values) {
    const meant = addressValue(value);
    if (meant.kind === "id") tests.push(sql`addresses.id = ${meant.id}`);
    else if (await isWhole(db, role, value))
      tests.push(sql`addresses.address = ${value}`);
    else if (meant.kind === "number")
      tests.push(...partsOfNumbers(db.dialect, meant));
    else
      tests.push(
        ...meant.spellings.flatMap((start) => beginsSo(db.dialect, start)),
      );
  }
  const found = new Set<number>();
  // One by one, as each has an index of its own.
  for (const test of tests) {
    const { rows } = await sql<{ id: number }>`
      SELECT id FROM addresses WHERE ${test} LIMIT ${NAMED_MAX + 1}`.execute(
      db,
    );
    for (const row of rows) found.add(row.id);
    if (found.size > NAMED_MAX)
      return { isMeant: sql`(${sql.join(tests, sql` OR `)})` };
  }
  const ids = [...found];
  const areNames = values.every((value) => addressValue(value).kind === "name");
  return { ids: areNames ? await usedAs(db, role, ids) : ids };
}

/** Those of the addresses that messages have in this role: most names are only senders. */
async function usedAs(
  db: Db,
  role: "to" | "from",
  ids: readonly number[],
): Promise<number[]> {
  const column = sql.ref(role === "to" ? "to_id" : "from_id");
  const { rows } = await sql<{ id: number }>`
    SELECT named.value AS id FROM ${db.dialect.rowsOf(ids)}
      WHERE EXISTS (SELECT 1 FROM messages WHERE ${column} = named.value)`.execute(
    db,
  );
  return rows.map((row) => row.id);
}

/** Those of the addresses in these countries. */
export async function addressesIn(
  db: Db,
  ids: readonly number[],
  countries: readonly string[],
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    SELECT id FROM addresses WHERE ${isAmong(db.dialect, sql.ref("id"), ids)}
      AND ${isAmong(db.dialect, sql.ref("country"), countries)}`.execute(db);
  return rows.map((row) => row.id);
}

/** Whether a message has exactly this address. */
export async function isWhole(
  db: Db,
  role: "to" | "from",
  address: string,
): Promise<boolean> {
  const column = role === "to" ? "messages.to_id" : "messages.from_id";
  const found = await db
    .selectFrom("addresses")
    .select("addresses.id")
    .where("address", "=", address)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("messages")
          .select("messages.id")
          .whereRef(column, "=", "addresses.id"),
      ),
    )
    .executeTakeFirst();
  return found !== undefined;
}

/**
 * Conditions for names, and for user ids, that begin like this, A to Z in any case. Each has
 * an index of its own: a user id's letters are always capitals.
 */
export function beginsSo(dialect: Dialect, start: string): Sql[] {
  const isName = dialect.nameBegins(start);
  if (!USER_ID_START.test(start)) return [isName];
  const id = start.toUpperCase();
  return [
    isName,
    dialect.textBetween(sql.ref("addresses.address"), id, id + LAST_CHARACTER),
  ];
}

/** The beginning of an id such as `US.13491208655302741918`. */
const USER_ID_START = /^[a-z]{1,2}(?:\.\d*)?$/i;

/** Sorts after every other text that begins like the one before it. */
export const LAST_CHARACTER = "\u{10ffff}";

/** Conditions for numbers that begin or end with these digits. */
function partsOfNumbers(
  { textBetween }: Dialect,
  { starts, end }: Extract<AddressValue, { kind: "number" }>,
): Sql[] {
  const address = sql.ref("addresses.address");
  const tests = starts.map((start) =>
    textBetween(address, start, afterAll(start)),
  );
  if (end !== null) {
    const isEnd = sql`addresses.last_digits = ${end.last}`;
    const { length } = end.digits;
    tests.push(
      length === LAST_DIGITS_MIN
        ? isEnd
        : sql`(${isEnd} AND substr(addresses.address, length(addresses.address) - ${length - 1}) = ${end.digits})`,
    );
  }
  return tests;
}

/** The text that sorts right after all that begin with `start`, which ends in a digit or a plus sign. */
function afterAll(start: string): string {
  const last = start.charCodeAt(start.length - 1);
  return start.slice(0, -1) + String.fromCharCode(last + 1);
}
