import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Command } from "commander";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
} from "node:fs";
import { join } from "node:path";
import { createToken } from "../../src/account/api-tokens.ts";
import { addAlert } from "../alerts/sample-alerts.ts";
import { commandLine } from "../../src/cli/program.ts";
import { openStore } from "../support/open-store.ts";
import { eventOf } from "../store/events.ts";
import { compiledBinary } from "../support/compiled-binary.ts";
import { freePort } from "../support/free-port.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { PLACES, whyNoPlaces, type Place } from "./places.ts";
import { PROGRAM, run } from "./program.ts";
import { someOf } from "../support/long-runs.ts";

type Case = {
  /**
   * The arguments; `LEDGER`, `BACKUP` and `NEW` stand for files in the place, `PORT` for a free port.
   */
  readonly args: string;
  /** The places where it works, although it can't do all that it could elsewhere. */
  readonly works?: readonly string[];
  /** Set if it doesn't use the database. */
  readonly isElsewhere?: boolean;
};

const READ_ONLY = "on a read-only disk";
const OUTPUT = "with a full disk for its output";
/** For commands that only write to standard output. */
const PRINTS = {
  works: Object.keys(PLACES).filter((name) => name !== OUTPUT),
  isElsewhere: true,
};

/** How many of the cases are tried in each place, others each time, unless everything runs. */
const CASES_EACH = 10;

/** Every command that ends by itself, and servers that don't start there. */
const CASES: readonly Case[] = [
  { args: "version", ...PRINTS },
  { args: "completions bash", ...PRINTS },
  { args: "config", ...PRINTS },
  { args: "man", ...PRINTS },
  { args: "serve --port PORT --sign-in none", works: [OUTPUT] },
  { args: "demo --port PORT", works: [OUTPUT], isElsewhere: true },
  { args: "simulate --count 1 --port 1", isElsewhere: true },
  { args: "healthcheck --port 1", isElsewhere: true },
  { args: "doctor" },
  { args: "user list" },
  { args: "user add lee --generate" },
  { args: "user role mo admin", works: [OUTPUT] },
  { args: "user password mo --generate" },
  { args: "user remove mo --yes", works: [OUTPUT] },
  { args: "token list" },
  { args: "token add new" },
  { args: "token revoke old", works: [OUTPUT] },
  { args: "token revoke old", works: [OUTPUT] },
  { args: "backup NEW" },
  { args: "restore BACKUP --yes" },
  // There is no PostgreSQL server.
  {
    args: "copy --from LEDGER --to postgres://ana@127.0.0.1:1/ledger",
    isElsewhere: true,
  },
  // There is no server that does the work.
  { args: "backfill --from 2026-11-01", isElsewhere: true },
  { args: "export", works: [READ_ONLY] },
  { args: "export --events --format csv", works: [READ_ONLY] },
  { args: "prune --days 1 --trust-clock --dry-run", works: [READ_ONLY] },
  { args: "prune --days 1 --trust-clock --yes" },
  { args: "erase +14155550123 --dry-run", works: [READ_ONLY] },
  { args: "erase +14155550123 --yes" },
  { args: "alert list" },
  { args: "alert rules" },
  { args: "alert ack 1", works: [OUTPUT] },
  { args: "alert snooze 1", works: [OUTPUT] },
  { args: "alert channel add webhook new --set url=https://a.example/" },
  { args: "alert channel list" },
  // Without a network, a test fails anywhere.
  { args: "alert channel test ops", isElsewhere: true },
  { args: "alert channel remove ops --yes", works: [OUTPUT] },
  { args: "endpoint add new https://a.example/" },
  { args: "endpoint list" },
  { args: "endpoint show crm" },
  { args: "endpoint pause crm", works: [OUTPUT] },
  { args: "endpoint resume crm", works: [OUTPUT] },
  { args: "endpoint rotate crm" },
  { args: "endpoint remove crm --yes", works: [OUTPUT] },
  { args: "endpoint test crm", isElsewhere: true },
  { args: "endpoint resend crm --from 30d --yes", works: [OUTPUT] },
];

const why = whyNoPlaces();
if (why !== undefined)
  console.warn(`Commands in hostile places are not tested: ${why}.`);

test("every command is among the cases", () => {
  const named = (command: Command): string[] =>
    command.commands.length === 0
      ? [command.name()]
      : command.commands
          .flatMap(named)
          .map((name) => `${command.name()} ${name}`);
  const all = named(commandLine("", () => undefined));
  for (const name of all.map((each) => each.replace("smsledger ", "")))
    // `token remove` is the former name of `token revoke`.
    if (name !== "help" && name !== "token remove")
      expect([name, CASES.some(({ args }) => args.startsWith(name))]).toEqual([
        name,
        true,
      ]);
});

describe.skipIf(why !== undefined)("a command", () => {
  const made = tempDir();
  const template = join(made.path, "template");
  const program = join(made.path, "smsledger");
  beforeAll(async () => {
    chmodSync(made.path, 0o755);
    copyFileSync(await compiledBinary(), program);
    chmodSync(program, 0o755);
    await makeTemplate(template);
  });
  afterAll(() => made[Symbol.dispose]());

  for (const [name, makePlace] of Object.entries(PLACES))
    test(`${name} works or reports the problem in one plain line, and nothing is lost`, async () => {
      const folder = join(made.path, "place");
      for (const cases = [...someOf(CASES, CASES_EACH)]; cases.length > 0;) {
        mkdirSync(folder, { recursive: true });
        await using place = makePlace(template, folder);
        const before = contents(place);
        for (let each; (each = cases.shift()) !== undefined;) {
          const ended = await runIn(place, program, each.args);
          check(name, each, place, ended, before);
          // Any other command has left the place as it was.
          if (wasDone(each, ended)) break;
        }
        Bun.spawnSync(["sh", "-c", `rm -rf ${folder}/*`]);
      }
    }, 120_000);
});

type Ended = { readonly status: number | null; readonly stderr: string };

/** Whether a command may have changed the database. */
function wasDone(
  { isElsewhere = false }: Case,
  { status, stderr }: Ended,
): boolean {
  return (status === 0 && !isElsewhere) || /It was done, though/.test(stderr);
}

function check(
  name: string,
  { args, works = [], isElsewhere = false }: Case,
  place: Place,
  { status, stderr }: Ended,
  before: unknown,
): void {
  const shown = `${args}: ${stderr}`;
  const allowed = works.includes(name) ? [0] : [1, 2];
  expect([shown, allowed.includes(status ?? -1), status]).toEqual([
    shown,
    true,
    status,
  ]);
  // No stack trace and no raw error of SQLite or the system.
  expect(stderr).not.toMatch(
    /^\s+at |SQLite\w*Error|does not know|E[A-Z]{4,}:/m,
  );
  if (works.includes(name)) return;
  if (!wasDone({ args, isElsewhere }, { status, stderr }))
    expect([args, contents(place)]).toEqual([args, before]);
  if (isElsewhere || args === "doctor") return;
  const [line = "", ...others] = stderr.trim().split("\n");
  expect([args, line]).toEqual([args, expect.stringMatching(/\.$|:$/)]);
  if (name === OUTPUT) expect(line).toContain("standard output");
  else {
    expect([args, stderr]).toEqual([
      args,
      expect.stringContaining(place.folder),
    ]);
    expect([args, others]).toEqual([
      args,
      line === "The token above isn't valid." ? [expect.any(String)] : [],
    ]);
  }
}

/** Runs a command to its end; a server is stopped once it responds. */
async function runIn(
  place: Place,
  program: string,
  args: string,
): Promise<Ended> {
  const [database, backup, fresh] = ["smsledger.db", "backup.db", "new.db"].map(
    (file) => join(place.folder, file),
  );
  const port = String(freePort());
  const given = args
    .replace("LEDGER", database ?? "")
    .replace("BACKUP", backup ?? "")
    .replace("NEW", fresh ?? "")
    .replace("PORT", port)
    .split(" ");
  const output = place.stdout === "pipe" ? "pipe" : openSync("/dev/full", "w");
  const child = Bun.spawn([...place.as, program, ...given], {
    env: {
      PATH: process.env["PATH"],
      DATABASE_URL: database,
      TMPDIR: place.folder,
      TWILIO_WEBHOOK_AUTH_TOKEN: "0123456789abcdef0123456789abcdef",
    },
    cwd: "/",
    stdin: "ignore",
    stdout: output,
    stderr: "pipe",
  });
  if (typeof output === "number") closeSync(output);
  const said = new Response(child.stderr).text();
  if (args.includes("PORT")) {
    await until(
      async () =>
        child.exitCode !== null ||
        (await fetch(`http://127.0.0.1:${port}/livez`)).ok,
    );
    child.kill("SIGTERM");
  }
  return { status: await child.exited, stderr: await said };
}

/** Returns what a database contains that must not be lost. */
function contents({ folder }: Place): unknown {
  // A copy, because it can't be opened as it is in a place where nothing can be written.
  using work = tempDir();
  for (const end of ["", "-wal"])
    if (existsSync(join(folder, `smsledger.db${end}`)))
      copyFileSync(
        join(folder, `smsledger.db${end}`),
        join(work.path, `copy.db${end}`),
      );
  using db = new Database(join(work.path, "copy.db"));
  expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]]);
  return [
    "SELECT name, role, password_hash FROM users",
    "SELECT name, hash FROM api_tokens",
    "SELECT id, status, to_id FROM messages",
    "SELECT id FROM ledger",
    "SELECT address FROM addresses",
  ].map((sql) => db.query(sql).values());
}

async function makeTemplate(folder: string): Promise<void> {
  mkdirSync(folder);
  const database = join(folder, "smsledger.db");
  const store = await openStore(database);
  const by = { at: Date.now(), actor: "test", address: null };
  for (const [name, role] of [
    ["ana", "admin"],
    ["mo", "member"],
  ] as const)
    await store.accounts.addUser(
      { name, role, passwordHash: "hash", isPasswordTemporary: false },
      by,
    );
  await createToken(store, "old", "read", by);
  const receivedAt = Date.now() - 10 * 86_400_000;
  await store.recordEvent(eventOf({ To: "+14155550123" }, { receivedAt }));
  await addAlert(store.alerts, Date.now(), { ruleId: 1, minutesAgo: 10 });
  await store.close();
  const url = "https://a.example/";
  const commands = [
    ["alert", "channel", "add", "webhook", "ops", "--set", `url=${url}`],
    ["endpoint", "add", "crm", url],
    ["backup", join(folder, "backup.db")],
  ];
  for (const args of commands) {
    const ended = await run(PROGRAM, [...args, "--database-url", database]);
    expect(ended).toMatchObject({ status: 0 });
  }
}
