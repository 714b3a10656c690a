import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { AUDIT_LATE_MS } from "../../../src/store/audit.ts";
import { FAILED_SIGN_INS_MAX, USERS_MAX } from "../../../src/store/accounts.ts";
import { noteFailedSignIn } from "../../../src/store/sqlite/account-sessions.ts";
import {
  addProxyUser,
  addUser,
} from "../../../src/store/sqlite/account-users.ts";
import { addAuditEntry } from "../../../src/store/sqlite/audit.ts";
import { migrate } from "../../../src/store/sqlite/migrations.ts";

const by = { at: 1, actor: "ana", address: null };

/** A database in memory, which commits as often as it likes. */
function openDatabase(): Database {
  const db = new Database(":memory:", { strict: true });
  migrate(db);
  return db;
}

test("there are no more users than there may be, and a name that is taken is told from that", () => {
  using db = openDatabase();
  const user = {
    role: "member",
    passwordHash: null,
    isPasswordTemporary: false,
  } as const;
  const add = (name: string) => addUser(db, { user: { ...user, name }, by });
  for (let index = 0; index < USERS_MAX; index++)
    expect(add(`u${index}`)).toEqual({ id: index + 1 });
  expect(add("more")).toEqual({ refusal: "too many" });
  expect(add("U7")).toEqual({ refusal: "name taken" });
  expect(addProxyUser(db, { name: "more", by })).toBeNull();
  expect(addProxyUser(db, { name: "U0", by })).toBeNumber();
});

test("an entry that is late has the time of the one before it; after the clock was set back its times stand", () => {
  using db = openDatabase();
  const hour = 3_600_000;
  const given = [2 * hour, 2 * hour - AUDIT_LATE_MS, 2 * hour + 1, hour, hour];
  for (const at of given)
    addAuditEntry(db, { ...by, at, action: "erased", subject: "a number" });
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

test("failed sign-ins push one another out of the audit list, but nothing else", () => {
  using db = openDatabase();
  addAuditEntry(db, { ...by, action: "erased", subject: "a number" });
  for (let at = 0; at < FAILED_SIGN_INS_MAX + 50; at++)
    noteFailedSignIn(db, { name: "mo", by: { at, address: null } });
  const count = (action: string) =>
    db
      .query<{ entries: number; latest: number }, [string]>(
        "SELECT count(*) AS entries, max(at) AS latest FROM audit WHERE action = ?",
      )
      .get(action);
  expect(count("failed to sign in")).toEqual({
    entries: FAILED_SIGN_INS_MAX,
    latest: FAILED_SIGN_INS_MAX + 49,
  });
  expect(count("erased")).toEqual({ entries: 1, latest: 1 });
});
