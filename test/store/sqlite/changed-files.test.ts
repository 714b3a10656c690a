import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { PROGRAM, start } from "../../cli/program.ts";
import { checkLedger } from "../../faults/ledger-check.ts";
import { startLoad, type Ledger } from "../../faults/load.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "../../support/twilio-client.ts";
import { until } from "../../support/until.ts";

let folder: ReturnType<typeof tempDir>;
let file: string;
let server: Awaited<ReturnType<typeof start>>;
let ledger: Ledger;
beforeEach(async () => {
  folder = tempDir();
  file = join(folder.path, "data", "smsledger.db");
  server = await start(PROGRAM, ["serve"], {
    env: {
      PORT: "0",
      DATABASE_URL: file,
      TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
    },
  });
  ledger = new Set();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function post(): Promise<Response> {
  return twilioClient(server.origin).post({ MessageStatus: "sent" });
}

async function readiness(): Promise<string> {
  const answer = await fetch(`${server.origin}/readyz`);
  return `${answer.status} ${await answer.text()}`;
}

async function expectRed(reason: RegExp): Promise<void> {
  await until(async () => {
    const text = await readiness();
    expect(text).toStartWith("503 ");
    expect(text).toMatch(reason);
  });
  expect((await fetch(`${server.origin}/livez`)).status).toBe(200);
}

async function expectGreen(): Promise<void> {
  await until(async () => expect(await readiness()).toStartWith("200 "));
  expect((await post()).status).toBe(200);
}

/** Ends the server like a power cut, and checks for everything that was acknowledged. */
async function expectNothingLost(): Promise<void> {
  server.kill("SIGKILL");
  await server.ended();
  const { missing, integrity } = await checkLedger(file, ledger);
  expect({ missing, integrity }).toEqual({ missing: [], integrity: "ok" });
}

describe("while callbacks come", () => {
  test.each([
    ["the write-ahead log is deleted", ["-wal"]],
    ["its index is deleted", ["-shm"]],
    ["both are deleted", ["-wal", "-shm"]],
  ])(
    "%s: it is noticed, mended, and no acknowledged callback is lost",
    async (_, ends) => {
      const load = startLoad(server.origin, ledger, 16);
      for (let round = 0; round < 3; round++) {
        const before = ledger.size;
        await until(async () =>
          expect(ledger.size).toBeGreaterThan(before + 50),
        );
        for (const end of ends) rmSync(file + end);
        await until(async () => {
          const noticed = server.output().split('"FilesChanged"');
          expect(noticed).toHaveLength(round + 2);
          expect(await readiness()).toStartWith("200 ");
        });
      }
      const before = ledger.size;
      await until(async () => expect(ledger.size).toBeGreaterThan(before + 50));
      server.kill("SIGKILL");
      await load.stop();
      await server.ended();
      expect(
        load.answers
          .keys()
          .filter((status) => ![200, 503, 0].includes(status))
          .toArray(),
      ).toEqual([]);
      expect(server.output()).toContain(
        `${file}${ends[0]} was moved or deleted by another program`,
      );
      await expectNothingLost();
    },
  );
});

test("a truncated log is detected, and later callbacks are recorded", async () => {
  await post();
  const load = startLoad(server.origin, new Set(), 8);
  await until(async () =>
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(50_000),
  );
  truncateSync(`${file}-wal`, 0);
  await until(async () => expect(server.output()).toContain("cut"));
  await load.stop();
  await expectGreen();
  const later = startLoad(server.origin, ledger, 8);
  await until(() => ledger.size > 50);
  await later.stop();
  await expectNothingLost();
});

test("a moved database file is detected, and nothing is acknowledged until it's back", async () => {
  renameSync(file, `${file}.away`);
  await expectRed(/The database file was moved or deleted\. Put it back/);
  expect((await post()).status).toBe(503);
  writeFileSync(file, "");
  await expectRed(/Another file was put in the place of the database file/);
  expect((await post()).status).toBe(503);
  renameSync(`${file}.away`, file);
  await expectGreen();
});

test("an unreachable folder is detected, and the server recovers once it can be reached", async () => {
  const data = dirname(file);
  renameSync(data, `${data}.away`);
  symlinkSync(data, data);
  await expectRed(/can't be reached \(ELOOP\)\. Check its disk/);
  expect((await post()).status).toBe(503);
  rmSync(data);
  mkdirSync(data);
  await expectRed(/was moved or deleted/);
  rmSync(data, { recursive: true });
  renameSync(`${data}.away`, data);
  await expectGreen();
});

test("a truncated database file is detected without a read, and nothing is acknowledged", async () => {
  await post();
  // By then, the whole log is in the file.
  await until(async () => expect(statSync(`${file}-wal`).size).toBe(0));
  const whole = readFileSync(file);
  truncateSync(file, whole.length / 2);
  await expectRed(
    /was cut short by another program\. Stop the server and restore/,
  );
  expect((await post()).status).toBe(503);
  writeFileSync(file, whole);
  await expectGreen();
});
