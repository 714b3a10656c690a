import { SQL } from "bun";
import { Database } from "bun:sqlite";
import { COPIED_GROUPS } from "../../../src/store/copy/copied-tables.ts";
import { copyLedger } from "../../../src/store/copy/copy-ledger.ts";
import { openEngine } from "../../../src/store/open.ts";
import type { Random } from "../../../src/simulation/random.ts";

export const COPIED_TABLES = COPIED_GROUPS.flat().map(({ name }) => name);

/** Every row of every copied table, and the ledger's id, as text. */
export type Dump = ReadonlyMap<string, readonly string[]>;

/** Copies a ledger whose server has stopped. */
export async function copyAll(from: string, to: string) {
  const source = await openEngine(from).openCopySource();
  const target = await openEngine(to).openCopyTarget(source.ledger);
  try {
    return await copyLedger(source, target, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onInUse() {
        throw new Error("The source is in use.");
      },
      onWaiting: () => undefined,
    });
  } finally {
    await target.close();
    await source.close();
  }
}

export function dumpOfFile(file: string): Dump {
  using db = new Database(file, { readonly: true });
  return new Map(
    ["ledger", ...COPIED_TABLES].map((table) => [
      table,
      linesOf(db.query(`SELECT * FROM ${table}`).all()),
    ]),
  );
}

export async function dumpOfServer(url: string): Promise<Dump> {
  await using sql = new SQL(url, { max: 1 });
  const dump = new Map<string, string[]>();
  for (const table of ["ledger", ...COPIED_TABLES])
    dump.set(
      table,
      linesOf(await sql.unsafe(`SELECT * FROM ${table}`), (text) =>
        text.replaceAll(/\ufffe([01])/g, (_, digit) =>
          digit === "0" ? "\0" : "\ufffe",
        ),
      ),
    );
  return dump;
}

function linesOf(
  rows: readonly unknown[],
  restored = (text: string): string => text,
): string[] {
  return rows
    .map((row) =>
      Object.entries(row ?? {})
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `${name}: ${restored(shown(value))}`)
        .join(", "),
    )
    .toSorted();
}

function shown(value: unknown): string {
  if (value === null) return "nothing";
  return value instanceof Uint8Array
    ? Buffer.from(value).toString("hex")
    : typeof value === "string"
      ? `"${value}"`
      : `"${JSON.stringify(value)}"`;
}

/** Texts that engines and JSON could treat differently. */
const TEXTS = [
  "",
  "a",
  "Zoë \u{1f600}",
  "quo\"te \\ \\x41 {1,2} $1 '",
  "line\nbreak\ttab\u0001",
  "nul\0in\0it",
  "\ufffe0 and \ufffe",
  '{"json":[1,null,"\\u0000"]}',
];

const WORDS: Readonly<Record<string, readonly string[]>> = {
  role: ["admin", "member"],
  state: ["active", "paused"],
  "resends.kind": ["event", "failed"],
  "resends.state": ["running", "done"],
  frequency: ["daily", "weekly"],
};

/** Puts made-up rows into each copied table of an SQLite ledger that has none. */
export function fill(file: string, random: Random): void {
  using db = new Database(file);
  db.run("PRAGMA foreign_keys = OFF");
  for (const table of COPIED_TABLES) {
    const [{ rows }] = db
      .query<{ rows: number }, []>(`SELECT count(*) AS rows FROM ${table}`)
      .all() as [{ rows: number }];
    if (rows > 0) continue;
    const columns = db
      .query<{ name: string; type: string; notnull: number; pk: number }, []>(
        `SELECT name, type, "notnull", pk FROM pragma_table_info('${table}')`,
      )
      .all();
    const isOne = columns.some(
      ({ name, pk }) => pk > 0 && (name === "one" || table === "refusals_seen"),
    );
    for (let row = 1; row <= (isOne ? 1 : 30); row++) {
      const values = columns.map(({ name, type, notnull, pk }) => {
        if (isOne && pk > 0) return 1;
        if (!notnull && !pk && random() < 0.3) return null;
        const words = WORDS[`${table}.${name}`] ?? WORDS[name];
        if (words && !(table === "alerts"))
          return words[row % words.length] ?? "";
        // Of users, which come before.
        if (name === "user_id") return row * 3;
        if (type === "INTEGER")
          return pk > 0 ? row * 3 : Math.floor(random() * 1e6);
        return (TEXTS[Math.floor(random() * TEXTS.length)] ?? "") + row;
      });
      db.run(
        `INSERT INTO ${table} (${columns.map(({ name }) => name).join()})
           VALUES (${columns.map(() => "?").join()})`,
        values,
      );
    }
  }
}
