import { Database as SqliteFile } from "bun:sqlite";
import { test } from "bun:test";
import { sql } from "kysely";
import type { By } from "../../../src/store/accounts.ts";
import type { NewAlert } from "../../../src/store/alerts.ts";
import {
  openDatabase,
  type Database,
} from "../../../src/store/postgres/connection/database.ts";
import { openPool } from "../../../src/store/postgres/connection/pool.ts";
import { postgresSettings } from "../../../src/store/postgres/connection/settings.ts";
import type { Db } from "../../../src/store/sql/dialect.ts";
import {
  write,
  type Input,
  type WriteName,
} from "../../../src/store/sql/tables/writes.ts";
import { writableTablesOf as sqliteTablesOf } from "../../../src/store/sqlite/connection/tables.ts";
import { migrate } from "../../../src/store/sqlite/migrations/migrations.ts";
import { refusalOf } from "../../refusals/sample-refusals.ts";
import { fc } from "../../support/fast-check.ts";
import { newPostgresDatabase } from "../../support/postgres-server.ts";

/** Writes that run at the same time, one on each node. */
const NODES = 4;
const RUNS = Number(process.env["SERIAL_RUNS"] ?? 25);

const AT = Date.UTC(2026, 10, 23, 12);
const by = { at: AT, actor: "ana", address: null };
const HASH = "argon2id";

type Call = {
  readonly [N in WriteName]: { readonly name: N; readonly input: Input<N> };
}[WriteName];

function call<N extends WriteName>(name: N, ...input: Input<N>) {
  return { name, input };
}

const FIRING = { state: "firing", by: null } as const;
const LIMIT = { key: "address", burst: 3, everyMs: 60_000 };
const FACTS = {
  filter: "",
  settings: {},
  channelIds: null,
  measuredAt: AT,
  now: {},
  atFiring: null,
  peak: {},
  includes: [],
};

/** What a database has before each case: the users 1 to 3, the alert 1, which fires, and so on. */
const SETUP: readonly Call[] = [
  call("addUser", user("ana", "admin"), by),
  call("addUser", user("mo", "admin"), by),
  call("addUser", user("kim", "member"), by),
  call("addPendingAlerts", [pending("first")]),
  advance(1, "firing"),
  call("addEndpoint", endpoint("first"), by),
  call("signIn", signIn("old", 1), by),
  call("takeGuess", [[LIMIT]], AT),
];

const CALLS: readonly Call[] = [
  call("setRole", 1, "member", by),
  call("setRole", 2, "member", by),
  call("setRole", 3, "admin", by),
  call("removeUser", 1, by),
  call("removeUser", 2, by),
  call("addUser", user("eva", "member"), by),
  call("addUser", user("EVA", "admin"), by),
  call("addProxyUser", "eva", by),
  call("signIn", signIn("one", 1), by),
  call("signIn", { ...signIn("two", 1), guessed: [LIMIT] }, by),
  call("signOut", 1, by),
  call("endOtherSessions", 1, 1, by),
  call(
    "setPassword",
    {
      userId: 1,
      passwordHash: "new",
      isTemporary: false,
      keptSession: null,
      limits: [LIMIT.key],
    },
    by,
  ),
  call("takeGuess", [[LIMIT]], AT),
  call("takeGuess", [[LIMIT]], AT + 1_000),
  call("noteUse", { userId: 1, sessionId: 1 }, AT + 1_000),
  call("addAuditEntry", entry("looked")),
  call("addAuditEntry", entry("looked")),
  handled("acknowledged", "mine", by),
  handled("acknowledged", "no, mine", { ...by, actor: "mo" }),
  handled("snoozed", "later", by),
  handled("firing", null, by),
  advance(2, "resolved"),
  call("addPendingAlerts", [pending("second")]),
  call("addPendingAlerts", [pending("second"), pending("third")]),
  call("addEndpoint", endpoint("second"), by),
  call("addEndpoint", endpoint("Second"), by),
  call("removeEndpoint", 1, by),
  call("setEndpointState", 1, "paused", by),
  call("saveOutbox", {
    now: AT,
    targets: [{ target: "endpoint:1", failingSince: AT, disabled: "gone" }],
    deliveries: [],
    attempts: [],
    resends: [],
  }),
  call("addRefusals", { refusals: [refusalOf()], unlisted: 1, now: AT }),
  call("addRefusals", { refusals: [refusalOf()], unlisted: 1, now: AT }),
  call("muteCode", 30_003, "known", by),
  call("unmuteCode", 30_003, by),
  call("setSetupCode", "code"),
  call("readClock", AT + 1_000),
  call("moveSuppressions", {
    from: { eventId: 0, walkedTo: null },
    to: { eventId: 5, walkedTo: null },
    changes: [],
    at: AT,
  }),
];

test(`${NODES} nodes that write at the same time leave what some order of their writes leaves`, async () => {
  await using database = await newPostgresDatabase();
  const nodes = await openNodes(database.url);
  const [first] = nodes;
  const setup = await sqliteWithSetup();
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.constantFrom(...CALLS), {
        minLength: 2,
        maxLength: NODES,
      }),
      async (calls) => {
        await startAgain(database.url, nodes);
        const outputs = await Promise.all(
          calls.map((each, place) =>
            outputOf(() => run(nodes[place % NODES] ?? first, each)),
          ),
        );
        const seen = { outputs, state: await stateOf(first.db) };
        for (const order of ordersOf(calls.map((_, place) => place)))
          if (Bun.deepEquals(await replayed(setup, calls, order), seen)) return;
        const names = calls.map(({ name }) => name).join();
        throw new Error(
          `No order of ${names} has this result: ${JSON.stringify(seen)}`,
        );
      },
    ),
    { numRuns: RUNS },
  );
  await Promise.all(nodes.map((node) => node.close()));
});

/** Compared row by row, in the order of their keys. */
const TABLES = [
  "users",
  "sessions",
  "guess_limits",
  "secrets",
  "audit",
  "refusals",
  "refusals_unlisted",
  "upkeep_notes",
  "endpoints",
  "targets",
  "deliveries",
  "alerts",
  "alert_history",
  "muted_codes",
  "suppression_reader",
] as const;

async function openNodes(url: string): Promise<[Database, ...Database[]]> {
  const open = (): Database => openDatabase(url, { mayCreate: true });
  const nodes: [Database, ...Database[]] = [
    open(),
    ...Array.from({ length: NODES - 1 }, open),
  ];
  await Promise.all(nodes.map(({ opened }) => opened));
  return nodes;
}

async function startAgain(
  url: string,
  [node]: readonly Database[],
): Promise<void> {
  const pool = openPool(postgresSettings(url), { max: 1 });
  const emptied = TABLES.filter((table) => table !== "suppression_reader");
  await pool.use(({ query }) =>
    query(`TRUNCATE ${emptied.join()} RESTART IDENTITY;
      UPDATE suppression_reader SET event_id = 0, walked_to = NULL, last_change_id = 0`),
  );
  await pool.close();
  for (const each of SETUP) if (node) await run(node, each);
}

function run<N extends WriteName>(
  { write }: Pick<Database, "write">,
  { name, input }: { readonly name: N; readonly input: Input<N> },
): Promise<unknown> {
  return write(name, ...input);
}

async function sqliteWithSetup(): Promise<Uint8Array> {
  using file = new SqliteFile(":memory:");
  migrate(file);
  const { tables } = sqliteTablesOf(file);
  for (const { name, input } of SETUP) await write(tables, name, input);
  return file.serialize();
}

/** What these calls return, and leave, when they run one by one. */
async function replayed(
  setup: Uint8Array,
  calls: readonly Call[],
  order: readonly number[],
) {
  const file = SqliteFile.deserialize(setup);
  const { tables, close } = sqliteTablesOf(file);
  const outputs: unknown[] = calls.map(() => undefined);
  for (const place of order) {
    const each = calls[place];
    if (each)
      outputs[place] = await outputOf(() =>
        write(tables, each.name, each.input),
      );
  }
  const state = await stateOf(tables);
  close();
  return { outputs, state };
}

/** Ids after those of SETUP may be any: an attempt that is undone takes some. */
async function outputOf(work: () => Promise<unknown>): Promise<unknown> {
  const text = JSON.stringify(await work()) ?? "undefined";
  return text.replace(/^(?:[4-9]|\d\d+)$|"id":(?:[2-9]|\d\d+)/, "new");
}

async function stateOf(db: Db) {
  const state: Record<string, unknown> = {};
  for (const table of TABLES) {
    const key = sql.ref(KEYS[table] ?? "id");
    const { rows } =
      await sql<Row>`SELECT * FROM ${sql.table(table)} ORDER BY ${key}`.execute(
        db,
      );
    state[table] = rows.map((row) =>
      Object.entries(row)
        .filter(([name]) => name !== "id" && name !== "item_id")
        .map(
          ([name, value]) => `${name}: ${isNew(name, value) ? "new" : value}`,
        )
        .toSorted(),
    );
  }
  return state;
}

type Row = Readonly<Record<string, string | number | null>>;

/** Whether it names a row that isn't of SETUP. */
function isNew(name: string, value: string | number | null): boolean {
  if (name === "target") return value !== "endpoint:1";
  return name === "alert_id" && value !== 1;
}

const KEYS: Readonly<Record<string, string>> = {
  guess_limits: "key",
  secrets: "name",
  upkeep_notes: "name",
  refusals_unlisted: "hour",
  targets: "target",
  muted_codes: "error_code",
  suppression_reader: "one",
};

function* ordersOf(places: readonly number[]): Generator<readonly number[]> {
  if (places.length < 2) yield places;
  else
    for (const first of places)
      for (const rest of ordersOf(places.filter((each) => each !== first)))
        yield [first, ...rest];
}

function user(name: string, role: "admin" | "member") {
  return { name, role, passwordHash: HASH, isPasswordTemporary: false };
}

function signIn(token: string, userId: number) {
  return {
    userId,
    passwordHash: HASH,
    tokenHash: token,
    device: "Firefox",
    replacedHash: null,
    guessed: [],
  };
}

function entry(action: string) {
  return { kind: "use" as const, ...by, action, subject: "" };
}

function endpoint(name: string) {
  return {
    name,
    url: "https://example.com/",
    filter: "",
    events: null,
    ratePerSecond: 10,
    concurrency: 2,
    secret: "whsec",
  };
}

function pending(key: string): NewAlert {
  return {
    ruleId: 1,
    ruleKind: "failure-rate",
    ruleName: "Many messages fail",
    key,
    severity: "critical",
    since: AT,
    facts: FACTS,
  };
}

function handled(
  state: "acknowledged" | "snoozed" | "firing",
  note: string | null,
  by: By,
): Call {
  const snoozedUntil = state === "snoozed" ? AT + 3_600_000 : null;
  return call("handleAlert", 1, { state, note, snoozedUntil }, by, FIRING);
}

function advance(version: number, state: "firing" | "resolved"): Call {
  return call("advanceAlerts", {
    record: { ranAt: AT, startedAt: AT, gaps: [] },
    changes: [
      {
        id: 1,
        version,
        state,
        severity: "critical",
        firedAt: AT,
        resolvedAt: state === "resolved" ? AT : null,
        snoozedUntil: null,
        toldKind: "firing",
        toldAt: AT,
        facts: FACTS,
        entries: [{ at: AT, what: "fired", by: "server", note: "" }],
        notices: [{ channelId: 1, sendAt: AT, notice: "{}" }],
      },
    ],
    dropped: [],
  });
}
