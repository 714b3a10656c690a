import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { USERS_MAX } from "../../../src/store/accounts.ts";
import { readClock } from "../../../src/store/sql/tables/clock-record.ts";
import {
  AUDIT_DAYS,
  AUDIT_LATE_MS,
  AUDIT_MAX,
  AUDIT_MERGED_MS,
  AUDIT_OF_ONE_MAX,
  type AuditEntry,
} from "../../../src/store/audit.ts";
import { addProxyUser, addUser } from "../../../src/store/sql/tables/users.ts";
import { addAuditEntry } from "../../../src/store/sql/tables/audit.ts";
import { writableTablesOf } from "../../../src/store/sqlite/connection/tables.ts";
import { migrate } from "../../../src/store/sqlite/migrations/migrations.ts";

const by = { at: 1, actor: "ana", address: null };

const change: AuditEntry = {
  ...by,
  kind: "change",
  action: "erased",
  subject: "a number",
};
const use: AuditEntry = {
  kind: "use",
  at: 1,
  actor: "mo",
  action: "exported messages as csv",
  subject: "",
  address: "203.0.113.7",
};

/** A database in memory, which commits as often as it likes. */
function openDatabase(): Database {
  const db = new Database(":memory:", { strict: true });
  migrate(db);
  return db;
}

test("there are no more users than there may be, and a name that is taken is told from that", async () => {
  using db = openDatabase();
  const { tables } = writableTablesOf(db);
  const user = {
    role: "member",
    passwordHash: null,
    isPasswordTemporary: false,
  } as const;
  const add = (name: string) => addUser(tables, { ...user, name }, by);
  for (let index = 0; index < USERS_MAX; index++)
    expect(await add(`u${index}`)).toEqual({ id: index + 1 });
  expect(await add("more")).toEqual({ refusal: "too many" });
  expect(await add("U7")).toEqual({ refusal: "name taken" });
  expect(await addProxyUser(tables, "more", by)).toBeUndefined();
  expect(await addProxyUser(tables, "U0", by)).toBeNumber();
});

test("an entry that is late has the time of the one before it; after the clock was set back its times stand", async () => {
  using db = openDatabase();
  const { tables } = writableTablesOf(db);
  const hour = 3_600_000;
  const given = [2 * hour, 2 * hour - AUDIT_LATE_MS, 2 * hour + 1, hour, hour];
  for (const at of given) await addAuditEntry(tables, { ...change, at });
  const times = db
    .query<{ at: number }, []>("SELECT at FROM audit ORDER BY id")
    .all();
  expect(times.map(({ at }) => at)).toEqual([
    2 * hour,
    2 * hour,
    2 * hour + 1,
    hour,
    hour,
  ]);
});

/** Entries as they are kept, oldest first. */
function entriesOf(db: Database) {
  return db
    .query<
      {
        actor: string;
        subject: string;
        times: number;
        firstAt: number;
        at: number;
      },
      []
    >(
      "SELECT actor, subject, times, first_at AS firstAt, at FROM audit ORDER BY id",
    )
    .all();
}

test("equal entries of a day are one with a count, whatever comes between them", async () => {
  using db = openDatabase();
  const { tables } = writableTablesOf(db);
  for (let at = 1; at <= 5; at++) {
    await addAuditEntry(tables, { ...use, at });
    await addAuditEntry(tables, { ...use, at, subject: "status:failed" });
    await addAuditEntry(tables, { ...use, at, actor: "ana", address: null });
  }
  await addAuditEntry(tables, { ...use, at: 1 + AUDIT_MERGED_MS });
  expect(entriesOf(db)).toEqual([
    { actor: "mo", subject: "", times: 5, firstAt: 1, at: 5 },
    { actor: "mo", subject: "status:failed", times: 5, firstAt: 1, at: 5 },
    { actor: "ana", subject: "", times: 5, firstAt: 1, at: 5 },
    {
      actor: "mo",
      subject: "",
      times: 1,
      firstAt: 1 + AUDIT_MERGED_MS,
      at: 1 + AUDIT_MERGED_MS,
    },
  ]);
});

test("old entries go first, but a clock that jumped makes nothing old", async () => {
  using db = openDatabase();
  const { tables } = writableTablesOf(db);
  const day = 86_400_000;
  const start = Date.UTC(2026, 10, 1);
  await readClock(tables, start);
  await addAuditEntry(tables, { ...change, at: start });
  await addAuditEntry(tables, { ...change, at: start + 10 * 365 * day });
  expect(entriesOf(db)).toHaveLength(2);
  db.query("DELETE FROM audit WHERE at > ?").run(start);
  for (let passed = 1; passed <= AUDIT_DAYS; passed++)
    await readClock(tables, start + passed * day);
  await addAuditEntry(tables, { ...change, at: start + AUDIT_DAYS * day });
  expect(entriesOf(db)).toHaveLength(2);
  await readClock(tables, start + (AUDIT_DAYS + 1) * day);
  await addAuditEntry(tables, {
    ...change,
    at: start + (AUDIT_DAYS + 1) * day,
  });
  expect(entriesOf(db).map(({ at }) => (at - start) / day)).toEqual([
    AUDIT_DAYS,
    AUDIT_DAYS + 1,
  ]);
});

test("equal changes are all kept, as their order matters", async () => {
  using db = openDatabase();
  const { tables } = writableTablesOf(db);
  for (const at of [1, 2]) await addAuditEntry(tables, { ...change, at });
  expect(entriesOf(db).map(({ at, times }) => [at, times])).toEqual([
    [1, 1],
    [2, 1],
  ]);
});

test("whatever one user does, or one kind of entry, others' entries stay in the list", async () => {
  using db = openDatabase();
  const { tables } = writableTablesOf(db);
  await addAuditEntry(tables, change);
  await addAuditEntry(tables, { ...use, actor: "ana" });
  for (let at = 1; at <= AUDIT_OF_ONE_MAX + 50; at++)
    await addAuditEntry(tables, { ...use, at, subject: `tag:order=${at}` });
  const entries = entriesOf(db);
  expect(entries.filter(({ actor }) => actor === "mo")).toHaveLength(
    AUDIT_OF_ONE_MAX,
  );
  expect(entries.at(-1)?.subject).toBe(`tag:order=${AUDIT_OF_ONE_MAX + 50}`);
  expect(entries.filter(({ actor }) => actor === "ana")).toHaveLength(2);
  const kept = AUDIT_MAX / AUDIT_OF_ONE_MAX;
  for (let user = 0; user <= kept; user++)
    for (let at = 1; at <= AUDIT_OF_ONE_MAX; at++)
      await addAuditEntry(tables, {
        ...use,
        at,
        actor: `u${user}`,
        subject: `${at}`,
      });
  expect(entriesOf(db)).toHaveLength(AUDIT_MAX + 1);
  expect(entriesOf(db)[0]).toMatchObject({ subject: "a number" });
});
