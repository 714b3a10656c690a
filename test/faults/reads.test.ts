import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { PROGRAM, run, start } from "../cli/program.ts";
import { until } from "../support/until.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";
import { diskFaults, type Disk, type DiskFaults } from "./disk-faults.ts";
import { canCompile } from "./preloaded.ts";

const envOf = ({ databaseUrl, env }: Disk): Record<string, string> => ({
  ...env,
  PORT: "0",
  SIGN_IN: "none",
  DATABASE_URL: databaseUrl,
  TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
});

describe.skipIf(!canCompile)(
  "with a disk whose reads fail on demand (needs a C compiler)",
  () => {
    let faults: DiskFaults;
    beforeAll(() => {
      faults = diskFaults();
    });
    afterAll(() => faults[Symbol.dispose]());

    const startOn = (disk: Disk) =>
      start(PROGRAM, ["serve"], { env: envOf(disk) });

    /** Makes a database with a message in it, without any of its pages in memory. */
    async function makeDatabase(disk: Disk): Promise<void> {
      await using server = await startOn(disk);
      const posted = await twilioClient(server.origin).post();
      expect(posted.status).toBe(200);
      server.kill("SIGTERM");
      await server.ended();
    }

    test("if a page of the database can't be read, the server isn't ready until it can", async () => {
      using disk = faults.disk("unread");
      await makeDatabase(disk);
      await using server = await startOn(disk);
      const readiness = async (): Promise<string> => {
        const answer = await fetch(`${server.origin}/readyz`);
        return `${answer.status} ${await answer.text()}`;
      };
      expect(await readiness()).toStartWith("200 ");
      disk.breakDown();
      const messages = await fetch(`${server.origin}/messages`);
      expect(messages.status).toBe(503);
      for (const _ of [1, 2, 3])
        expect(await readiness()).toMatch(/^503 .*disk/);
      expect((await fetch(`${server.origin}/livez`)).status).toBe(200);
      disk.mend();
      await until(async () => expect(await readiness()).toStartWith("200 "));
      expect((await fetch(`${server.origin}/messages`)).status).toBe(200);
      expect((await twilioClient(server.origin).post()).status).toBe(200);
    });

    test("reads that fail briefly at the start are retried", async () => {
      using disk = faults.disk("hiccup");
      await makeDatabase(disk);
      disk.breakDown();
      await using server = await startOn(disk);
      expect((await twilioClient(server.origin).post()).status).toBe(200);
    });

    test("reads that keep failing at the start are reported as disk errors, in one plain line", async () => {
      using disk = faults.disk("unread");
      await makeDatabase(disk);
      disk.breakDown();
      const { status, stderr } = await run(PROGRAM, ["serve"], {
        env: envOf(disk),
      });
      expect(status).toBe(1);
      expect(stderr).toMatch(/^[^\n]*[Dd]isk[^\n]*\n$/);
    });
  },
);
