import { sql, type Kysely, type RawBuilder } from "kysely";
import { plainText } from "../../../phone/pasted-text.ts";
import { LAST_DIGITS_MIN } from "../../filter.ts";
import { isAmong } from "./condition-tests.ts";
import { lastDigits } from "../../core/last-digits.ts";
import type { Schema } from "../schema.ts";

/** The addresses that a condition means. */
export type AddressesMeant =
  | { readonly ids: readonly number[] }
  /** Too many to name: what is true of them, as SQL over the table `addresses`. */
  | { readonly isMeant: RawBuilder<unknown> };

/** More addresses than these are not named one by one. */
const NAMED_MAX = 1_000;

const ID = /^~(\d{1,15})$/;
const DIGITS = /^\+?\d+$/;

/** Whether a value can only be a name or user id, not a number or an address's id. */
export function isName(value: string): boolean {
  return !ID.test(value) && !DIGITS.test(value);
}

/**
 * The recipients (`to`) or senders (`from`) that these values mean; see `Condition`.
 * Among the ids may be such as no message has.
 */
export async function addressesMeant(
  db: Kysely<Schema>,
  role: "to" | "from",
  values: readonly string[],
): Promise<AddressesMeant> {
  const tests: RawBuilder<unknown>[] = [];
  for (const value of values) {
    const [, id] = ID.exec(value) ?? [];
    if (id !== undefined) tests.push(sql`addresses.id = ${Number(id)}`);
    else if (await isWhole(db, role, value))
      tests.push(sql`addresses.address = ${value}`);
    else if (DIGITS.test(value)) tests.push(...partsOfNumbers(value));
    else tests.push(...spellingsOf(value).flatMap(beginsSo));
  }
  const found = new Set<number>();
  // One by one, as each is an index of its own.
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
  return { ids: values.every(isName) ? await usedAs(db, role, ids) : ids };
}

/** Those of the addresses that messages have in this role: a name is mostly only a sender's. */
async function usedAs(
  db: Kysely<Schema>,
  role: "to" | "from",
  ids: readonly number[],
): Promise<number[]> {
  const column = sql.ref(role === "to" ? "to_id" : "from_id");
  const { rows } = await sql<{ id: number }>`
    SELECT value AS id FROM json_each(${JSON.stringify(ids)})
      WHERE EXISTS (SELECT 1 FROM messages WHERE ${column} = value)`.execute(
    db,
  );
  return rows.map((row) => row.id);
}

/** Those of the addresses that are of one of these countries. */
export async function addressesIn(
  db: Kysely<Schema>,
  ids: readonly number[],
  countries: readonly string[],
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    SELECT id FROM addresses WHERE ${isAmong(sql.ref("id"), ids)}
      AND ${isAmong(sql.ref("country"), countries)}`.execute(db);
  return rows.map((row) => row.id);
}

/** Whether a message has just this address. */
async function isWhole(
  db: Kysely<Schema>,
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
 * What is true of names, or of user ids, that begin so, letters from A to Z in any case. Each
 * is an index of its own: a user id's letters are always capitals.
 */
export function beginsSo(start: string): RawBuilder<unknown>[] {
  const isName = sql`(addresses.last_digits IS NULL
    AND addresses.address NOT GLOB '[A-Z][A-Z].[0-9]*'
    AND addresses.address >= ${start} COLLATE NOCASE
    AND addresses.address < ${start + LAST_CHARACTER} COLLATE NOCASE)`;
  if (!USER_ID_START.test(start)) return [isName];
  const id = start.toUpperCase();
  return [
    isName,
    sql`(addresses.address >= ${id} AND addresses.address < ${id + LAST_CHARACTER})`,
  ];
}

/** The beginning of an id such as `US.13491208655302741918`. */
const USER_ID_START = /^[a-z]{1,2}(?:\.\d*)?$/i;

/** Comes after every other text that begins like the one before it. */
const LAST_CHARACTER = "\u{10ffff}";

/**
 * A name as it was typed, as it looks, and with all letters that aren't from A to Z, which
 * the index distinguishes by case, as capitals or small letters.
 */
function spellingsOf(name: string): string[] {
  const plain = plainText(name).trim();
  const spellings = [name, plain, plain.toUpperCase(), plain.toLowerCase()];
  return /^[\x20-\x7e]*$/.test(name)
    ? [name]
    : [...new Set(spellings)].filter((each) => each !== "");
}

/** What is true of numbers that begin with these digits, or end with them. */
function partsOfNumbers(digits: string): RawBuilder<unknown>[] {
  const starts = digits.startsWith("+") ? [digits] : [digits, `+${digits}`];
  const tests = starts.map(
    (start) =>
      sql`(addresses.address >= ${start} AND addresses.address < ${afterAll(start)})`,
  );
  const end =
    digits.startsWith("+") || digits.length < LAST_DIGITS_MIN
      ? null
      : lastDigits(digits);
  if (end !== null) {
    const isEnd = sql`addresses.last_digits = ${end}`;
    tests.push(
      digits.length === LAST_DIGITS_MIN
        ? isEnd
        : sql`(${isEnd} AND substr(addresses.address, ${-digits.length}) = ${digits})`,
    );
  }
  return tests;
}

/** The text that comes next after all that begin with `start`, which ends in a digit or a plus sign. */
function afterAll(start: string): string {
  const last = start.charCodeAt(start.length - 1);
  return start.slice(0, -1) + String.fromCharCode(last + 1);
}
