import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";
import { twilioClient } from "../support/twilio-client.ts";
import {
  canFail,
  diskFaults,
  run,
  type Disk,
  type DiskFaults,
} from "./disk-faults.ts";
import { checkLedger } from "./ledger-check.ts";
import { postUntil, type Ledger } from "./load.ts";
import { startProcess, type ServerProcess } from "./server-process.ts";

const isRoot = process.getuid?.() === 0;

/** A file system of 48 MiB that is really full, and gets room again. */
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

/** Loads a server while its disk breaks down and is mended, and checks all that it promised. */
async function liveThrough(disk: Disk, reason: RegExp): Promise<void> {
  const server = await startProcess(disk.databaseUrl, disk.env);
  const ledger: Ledger = new Set();
  try {
    const healthy = await load(server, ledger, 500);
    expect(healthy.keys().toArray()).toEqual([200]);

    disk.breakDown();
    const broken = await load(server, ledger, 1_500);
    expect(broken.get(503) ?? 0).toBeGreaterThan(10);
    const others = broken.keys().filter((code) => code !== 200 && code !== 503);
    expect(others.toArray()).toEqual([]);
    const refused = await firstRefused(server);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await refused.text()).toMatch(reason);
    const ready = await fetch(`${server.origin}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toMatch(reason);
    expect((await fetch(`${server.origin}/livez`)).status).toBe(200);

    disk.mend();
    const mended = await load(server, ledger, 500);
    expect(mended.get(200) ?? 0).toBeGreaterThan(10);
    expect((await twilioClient(server.origin).post()).status).toBe(200);
    expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
  } finally {
    await server.kill();
  }
  const { missing, integrity } = await checkLedger(disk.databaseUrl, ledger);
  expect(missing).toEqual([]);
  expect(integrity).toBe("ok");
}

/** A disk that is just full may have room again for a while, in the log that was copied. */
async function firstRefused(server: ServerProcess): Promise<Response> {
  for (;;) {
    const answer = await twilioClient(server.origin).post();
    if (answer.status === 503) return answer;
  }
}

async function load(
  server: ServerProcess,
  ledger: Ledger,
  forMs: number,
): Promise<Map<number, number>> {
  return postUntil(AbortSignal.timeout(forMs), server.origin, ledger, 16);
}

describe.skipIf(!canFail)(
  "with a disk that fails on demand (needs a C compiler)",
  () => {
    let faults: DiskFaults;
    beforeAll(() => {
      faults = diskFaults();
    });
    afterAll(() => faults[Symbol.dispose]());

    test("a failing fsync is answered 503, shown, survived, and loses nothing", async () => {
      using disk = faults.disk("eio");
      await liveThrough(disk, /The disk reports an error/);
    }, 30_000);

    test("fsyncs and reads that fail together are answered 503, shown, survived, and lose nothing", async () => {
      using disk = faults.disk("eio unread");
      await liveThrough(
        disk,
        /The disk reports an error|its disk can't be read/,
      );
    }, 30_000);

    test("a write that finds no space is answered 503, shown, survived, and loses nothing", async () => {
      using disk = faults.disk("enospc");
      await liveThrough(disk, /The disk is full/);
    }, 30_000);

    test("slow fsyncs slow nothing but the callbacks themselves", async () => {
      using disk = faults.disk("slow");
      const server = await startProcess(disk.databaseUrl, disk.env);
      try {
        disk.breakDown();
        const stop = new AbortController();
        const ledger: Ledger = new Set();
        const posting = postUntil(stop.signal, server.origin, ledger, 64);
        for (let i = 0; i < 20; i++) {
          expect((await fetch(`${server.origin}/livez`)).status).toBe(200);
          await Bun.sleep(50);
        }
        stop.abort();
        expect((await posting).keys().toArray()).toEqual([200]);
        // All who wait share the next fsync, as each takes as long for one as for many.
        const text = await (await fetch(`${server.origin}/metrics`)).text();
        const valueOf = (name: string): number =>
          Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
        const batches = valueOf("smsledger_batch_events_count");
        expect(ledger.size / batches).toBeGreaterThan(40);
      } finally {
        await server.kill();
      }
    }, 30_000);
  },
);

test.skipIf(!isRoot || !Bun.which("mount"))(
  "a full disk is answered 503, shown, survived, and loses nothing (needs root, to make a small one)",
  async () => {
    using disk = smallDisk();
    await liveThrough(disk, /The disk is full/);
  },
  30_000,
);
