import { expect, test } from "bun:test";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { PROGRAM, run, start } from "../../cli/program.ts";
import { checkLedger } from "../../faults/ledger-check.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "../../support/twilio-client.ts";

const canMount = process.getuid?.() === 0 && Bun.which("mount") !== null;

const TAKEN = /^Another smsledger serves \S+\. Stop that one, or set/;
const SECOND_NAME = /has another name \(a hard link\)\. .*Remove the other/;

const envOf = (file: string): Record<string, string> => ({
  PORT: "0",
  DATABASE_URL: file,
  TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
});

/** Starts a second server, which must end with one plain line. */
async function refusalOf(file: string): Promise<string> {
  const { status, stderr } = await run(PROGRAM, ["serve"], {
    env: envOf(file),
  });
  expect({ status, lines: stderr.split("\n").length }).toEqual({
    status: 1,
    lines: 2,
  });
  return stderr;
}

function withFolder() {
  const folder = tempDir();
  const at = (...names: string[]): string => join(folder.path, ...names);
  mkdirSync(at("data"));
  return {
    at,
    file: at("data", "smsledger.db"),
    [Symbol.dispose]: folder[Symbol.dispose],
  };
}

test("a second server is refused on any path to the same file, until the first one has ended, however it ends", async () => {
  using folder = withFolder();
  const { at, file } = folder;
  await (
    await start(PROGRAM, ["serve"], { env: envOf(file) })
  )[Symbol.asyncDispose]();
  symlinkSync(file, at("link.db"));
  symlinkSync(at("link.db"), at("link-to-link.db"));
  symlinkSync(at("data"), at("linked-folder"));
  const names = [
    at("link.db"),
    at("link-to-link.db"),
    at("linked-folder", "smsledger.db"),
  ];
  for (const [index, served] of [...names, file].entries()) {
    await using first = await start(PROGRAM, ["serve"], {
      env: envOf(served),
    });
    for (const name of names) expect(await refusalOf(name)).toMatch(TAKEN);
    expect((await fetch(`${first.origin}/readyz`)).status).toBe(200);
    first.kill(index % 2 === 0 ? "SIGKILL" : "SIGTERM");
    await first.ended();
  }
  expect(readdirSync(at()).filter((name) => /-(lock|wal)$/.test(name))).toEqual(
    [],
  );
});

test("a second server is refused on a file that was moved or linked while the first one runs, and no callback is lost", async () => {
  using folder = withFolder();
  const { at, file } = folder;
  await using first = await start(PROGRAM, ["serve"], {
    env: envOf(file),
  });
  const twilio = twilioClient(first.origin);
  const answered = await twilio.post({ MessageStatus: "sent" });
  expect(answered.status).toBe(200);

  linkSync(file, at("second.db"));
  for (const name of [file, at("second.db")])
    expect(await refusalOf(name)).toMatch(SECOND_NAME);
  rmSync(at("second.db"));

  renameSync(file, at("moved.db"));
  expect(await refusalOf(at("moved.db"))).toMatch(TAKEN);
  renameSync(at("moved.db"), file);

  expect((await twilio.post({ MessageStatus: "sent" })).status).toBe(200);
  first.kill("SIGKILL");
  await first.ended();
  const { events, integrity } = await checkLedger(file, new Set());
  expect({ events, integrity }).toEqual({ events: 2, integrity: "ok" });
});

test("no command opens a database that has a second name", async () => {
  using folder = withFolder();
  const { at, file } = folder;
  const env = { DATABASE_URL: at("second.db") };
  await run(PROGRAM, ["user", "add", "ana", "--generate"], {
    env: { DATABASE_URL: file },
  });
  linkSync(file, at("second.db"));
  for (const command of [
    ["user", "list"],
    ["token", "add", "robot"],
    ["export"],
    ["backup", at("backup.db")],
    ["erase", "+14155550123", "--yes"],
    ["prune", "--yes", "--days", "30"],
    ["doctor"],
  ]) {
    const { stdout, stderr } = await run(PROGRAM, command, { env });
    expect([command[0], stdout + stderr]).toEqual([
      command[0],
      expect.stringMatching(SECOND_NAME),
    ]);
  }
  expect(readdirSync(at())).not.toContain("second.db-wal");
});

test("a dangling link is refused: its disk may not be mounted", async () => {
  using folder = withFolder();
  const { at } = folder;
  symlinkSync(at("elsewhere", "smsledger.db"), at("link.db"));
  expect(await refusalOf(at("link.db"))).toMatch(
    /is a symbolic link to \S+, which does not exist\. .*remove the link/,
  );
  expect(readdirSync(at()).toSorted()).toEqual(["data", "link.db"]);
});

test.skipIf(!canMount)(
  "a second server is refused on a bind-mounted folder, and any server on a bind-mounted file (needs root)",
  async () => {
    using folder = withFolder();
    const { at, file } = folder;
    await using first = await start(PROGRAM, ["serve"], {
      env: envOf(file),
    });
    mkdirSync(at("other"));
    Bun.spawnSync(["mount", "--bind", at("data"), at("other")]);
    try {
      expect(await refusalOf(at("other", "smsledger.db"))).toMatch(TAKEN);
    } finally {
      Bun.spawnSync(["umount", at("other")]);
    }
    first.kill("SIGTERM");
    await first.ended();
    await Bun.write(at("other", "a b.db"), "");
    Bun.spawnSync(["mount", "--bind", file, at("other", "a b.db")]);
    try {
      expect(await refusalOf(at("other", "a b.db"))).toMatch(
        /is mounted as a single file, .*Mount its folder instead\./,
      );
    } finally {
      Bun.spawnSync(["umount", at("other", "a b.db")]);
    }
  },
);
