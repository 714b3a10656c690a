import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { PROGRAM, start } from "../cli/program.ts";
import { metricOf } from "../support/metrics.ts";
import { tempDir } from "../support/temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";
import { diskFaults, run, type Disk, type DiskFaults } from "./disk-faults.ts";
import { canCompile } from "./preloaded.ts";
import { checkLedger } from "./ledger-check.ts";
import { startLoad, type Ledger } from "./load.ts";
import { startProcess, type ServerProcess } from "./server-process.ts";

const isRoot = process.getuid?.() === 0;

/** Makes a file system of 48 MiB that really fills up, and later has space again. */
function smallDisk(): Disk {
  const folder = tempDir();
  const mountpoint = folder.path;
  run("mount", "-t", "tmpfs", "-o", "size=48m", "none", mountpoint);
  const ballast = join(mountpoint, "ballast");
  return {
    databaseUrl: join(mountpoint, "smsledger.db"),
    env: {},
    breakDown: () =>
      void Bun.spawnSync(["dd", "if=/dev/zero", `of=${ballast}`, "bs=4096"], {
        stderr: "ignore",
      }),
    mend: () => run("rm", ballast),
    [Symbol.dispose]() {
      run("umount", mountpoint);
      folder[Symbol.dispose]();
    },
  };
}

/** Loads a server while its disk fails and recovers, and checks everything it promised. */
async function liveThrough(disk: Disk, reason: RegExp): Promise<void> {
  const server = await startProcess(disk.databaseUrl, disk.env);
  const ledger: Ledger = new Set();
  try {
    const healthy = await loadUntil(server, ledger, 200);
    expect(healthy).toEqual([200]);

    disk.breakDown();
    const broken = await loadUntil(server, ledger, 503);
    expect(broken.filter((code) => code !== 200 && code !== 503)).toEqual([]);
    const refused = await firstRefused(server);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await refused.text()).toMatch(reason);
    const ready = await fetch(`${server.origin}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toMatch(reason);
    expect((await fetch(`${server.origin}/livez`)).status).toBe(200);

    disk.mend();
    await loadUntil(server, ledger, 200);
    expect((await twilioClient(server.origin).post()).status).toBe(200);
    expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
  } finally {
    await server.kill();
  }
  const { missing, integrity } = await checkLedger(disk.databaseUrl, ledger);
  expect(missing).toEqual([]);
  expect(integrity).toBe("ok");
}

/**
 * Resolves to the first refused callback. A disk that has just filled up may have space for
 * a while, in the log that was copied.
 */
async function firstRefused(server: ServerProcess): Promise<Response> {
  for (;;) {
    const answer = await twilioClient(server.origin).post();
    if (answer.status === 503) return answer;
  }
}

/** Loads a server until many callbacks got `status`. Resolves to all statuses received. */
async function loadUntil(
  server: ServerProcess,
  ledger: Ledger,
  status: number,
): Promise<number[]> {
  const load = startLoad(server.origin, ledger, 16);
  await until(() => (load.answers.get(status) ?? 0) > 50);
  await load.stop();
  return load.answers.keys().toArray();
}

describe.skipIf(!canCompile)(
  "with a disk that fails on demand (needs a C compiler)",
  () => {
    let faults: DiskFaults;
    beforeAll(() => {
      faults = diskFaults();
    });
    afterAll(() => faults[Symbol.dispose]());

    test("a failing fsync gets 503, is reported and survived, and loses nothing", async () => {
      using disk = faults.disk("eio");
      await liveThrough(disk, /The disk reports an error/);
    });

    test("fsyncs and reads that fail together get 503, are reported and survived, and lose nothing", async () => {
      using disk = faults.disk("eio unread");
      await liveThrough(
        disk,
        /The disk reports an error|its disk can't be read/,
      );
    });

    test("a write without space gets 503, is reported and survived, and loses nothing", async () => {
      using disk = faults.disk("enospc");
      await liveThrough(disk, /The disk is full/);
    });

    test("slow fsyncs delay only the callbacks themselves", async () => {
      using disk = faults.disk("slow");
      const server = await startProcess(disk.databaseUrl, disk.env);
      try {
        disk.breakDown();
        const ledger: Ledger = new Set();
        const load = startLoad(server.origin, ledger, 64);
        // Resolves to health checks that get a response while every callback waits.
        let answered = 0;
        while (ledger.size < 64 * 6 || answered < 20) {
          const size = ledger.size;
          expect((await fetch(`${server.origin}/livez`)).status).toBe(200);
          if (ledger.size === size) answered++;
        }
        await load.stop();
        expect(load.answers.keys().toArray()).toEqual([200]);
        // All waiting callbacks share the next fsync, which takes as long for one as for
        // many.
        const batches = await metricOf(
          server.origin,
          "smsledger_batch_events_count",
        );
        expect(ledger.size / batches).toBeGreaterThan(64 / 4);
      } finally {
        await server.kill();
      }
    });

    test("a disk that doesn't respond can't keep the server from stopping", async () => {
      using disk = faults.disk("hang");
      await using server = await start(PROGRAM, ["serve"], {
        env: {
          ...disk.env,
          PORT: "0",
          SIGN_IN: "none",
          DATABASE_URL: disk.databaseUrl,
          TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
        },
      });
      disk.breakDown();
      const answer = twilioClient(server.origin).post();
      await until(
        async () =>
          (await metricOf(server.origin, "smsledger_write_queue_events")) === 1,
      );
      server.kill("SIGTERM");
      // The process kills itself.
      expect(await server.ended()).toBeNull();
      expect((await answer).status).toBe(503);
      expect(server.output()).toContain("the disk didn't answer in time");
    });
  },
);

test.skipIf(!isRoot || !Bun.which("mount"))(
  "a full disk gets 503, is reported and survived, and loses nothing (needs root, to make a small one)",
  async () => {
    using disk = smallDisk();
    await liveThrough(disk, /The disk is full/);
  },
);
