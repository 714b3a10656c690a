import { expect, test } from "bun:test";
import { join } from "node:path";
import { until } from "../support/until.ts";
import { lockElsewhere } from "../store/lock-elsewhere.ts";
import { tempDir } from "../support/temp-dir.ts";
import { twilioClient } from "../support/twilio-client.ts";
import { startProcess } from "./server-process.ts";

test("while the database is locked, health checks and pages respond before the waiting callbacks, which get 503", async () => {
  using folder = tempDir();
  const databaseUrl = join(folder.path, "smsledger.db");
  const server = await startProcess(databaseUrl);
  const twilio = twilioClient(server.origin);
  try {
    expect((await twilio.post()).status).toBe(200);
    {
      await using _ = await lockElsewhere(databaseUrl);
      let answered = 0;
      const posting = Array.from({ length: 20 }, async () => {
        const answer = await twilio.post();
        answered++;
        return [answer.status, answer.headers.get("retry-after")];
      });
      // Few enough for a busy machine: the callbacks wait five seconds.
      for (let round = 0; round < 5; round++)
        for (const path of ["/livez", "/messages"])
          expect((await fetch(server.origin + path)).status).toBe(200);
      expect(answered).toBe(0);
      const ready = await fetch(`${server.origin}/readyz`);
      expect([ready.status, await ready.text()]).toEqual([
        503,
        expect.stringContaining("locked"),
      ]);
      for (const answer of await Promise.all(posting))
        expect(answer).toEqual([503, "5"]);
    }
    // A failed commit alone makes the server unready for five seconds.
    await until(
      async () =>
        expect((await fetch(`${server.origin}/readyz`)).status).toBe(200),
      10_000,
    );
    expect((await twilio.post()).status).toBe(200);
  } finally {
    await server.kill();
  }
});
