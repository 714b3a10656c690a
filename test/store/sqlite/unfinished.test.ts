import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeUnfinished } from "../../../src/store/sqlite/backup/durable-file.ts";
import { tempDir } from "../../support/temp-dir.ts";

/** No process can have this id. */
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

test("what a process that has ended left of a file is removed, with what SQLite kept beside it", () => {
  const names = ["partial", "restoring"].flatMap((kind) =>
    ["", "-journal", "-wal", "-shm"].map(
      (end) => `a.db.${kind}-${NO_PROCESS}${end}`,
    ),
  );
  expect(left(names)).toEqual([]);
});

test("what an earlier process with our own id left is removed", () => {
  expect(left([`a.db.partial-${process.pid}`])).toEqual([]);
});

test("nothing of another name is removed", () => {
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

test("what a running process is writing stays; what it hasn't touched for hours is another one's", () => {
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

test("a folder that isn't there has nothing to remove", () => {
  expect(() =>
    removeUnfinished(join(folder.path, "none", "a.db")),
  ).not.toThrow();
});
