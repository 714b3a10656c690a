import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeUnfinished } from "../../../src/store/sqlite/backup/durable-file.ts";
import { tempDir } from "../../support/temp-dir.ts";

/** No process can have this ID. */
const NO_PROCESS = 2 ** 22 + 1;

let folder: ReturnType<typeof tempDir>;
beforeEach(() => {
  folder = tempDir();
});
afterEach(() => folder[Symbol.dispose]());

function left(names: readonly string[]): string[] {
  for (const name of names) writeFileSync(join(folder.path, name), "");
  removeUnfinished(join(folder.path, "a.db"));
  return readdirSync(folder.path).toSorted();
}

test("files that an ended process left unfinished are removed, with what SQLite kept next to them", () => {
  const names = ["partial", "restoring"].flatMap((kind) =>
    ["", "-journal", "-wal", "-shm"].map(
      (end) => `a.db.${kind}-${NO_PROCESS}${end}`,
    ),
  );
  expect(left(names)).toEqual([]);
});

test("files that an earlier process with our process ID left are removed", () => {
  expect(left([`a.db.partial-${process.pid}`])).toEqual([]);
});

test("files with other names are kept", () => {
  const names = [
    "a.db",
    "a.db-journal",
    "a.db.before-restore-20261123T120000Z",
    "a.db.partial-",
    "a.db.partial-x",
    `b.db.partial-${NO_PROCESS}`,
  ];
  expect(left(names)).toEqual(names);
});

test("a running process keeps its unfinished file, unless it hasn't touched it for hours", () => {
  const child = Bun.spawn(["sleep", "60"]);
  try {
    const name = `a.db.partial-${child.pid}`;
    expect(left([name])).toEqual([name]);
    const before = Date.now() / 1_000 - 2 * 3_600;
    utimesSync(join(folder.path, name), before, before);
    expect(left([])).toEqual([]);
  } finally {
    child.kill();
  }
});

test("a missing folder has nothing to remove", () => {
  expect(() =>
    removeUnfinished(join(folder.path, "none", "a.db")),
  ).not.toThrow();
});
