import { expect, test } from "bun:test";
import { join } from "node:path";
import { AUTH_TOKEN, newMessageSid } from "../support/twilio-client.ts";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { eventOf } from "../store/events.ts";
import { PROGRAM, run } from "./program.ts";
import { messagesIn } from "../support/rows.ts";

const DAY_MS = 86_400_000;

const prune = (file: string, ...flags: string[]) =>
  run(PROGRAM, ["prune", "--yes", "--database-url", file, ...flags]);

test("old messages are deleted while the server runs; its pages and recording continue", async () => {
  await using server = await startServer();
  const { store, config, twilio } = server;
  const now = Date.now();
  const ages = [0, 1, 2, 3, 10, 40];
  for (const age of ages)
    await store.recordEvent(
      eventOf({ MessageStatus: "sent" }, { receivedAt: now - age * DAY_MS }),
    );
  const before = new Date(now - 2 * DAY_MS).toISOString().slice(0, 10);

  const dry = await prune(config.databaseUrl, "--days", "2", "--dry-run");
  expect(dry).toEqual({
    status: 0,
    stdout: `Would delete 3 messages first seen before ${before} (UTC). Nothing was changed.\n`,
    stderr: "",
  });
  expect(await messagesIn(store)).toHaveLength(ages.length);

  const done = await prune(config.databaseUrl, "--days", "2");
  expect(done).toEqual({
    status: 0,
    stdout: `Deleted: 3 messages with 3 events, first seen before ${before} (UTC).\n`,
    stderr: "",
  });
  const left = await messagesIn(store);
  expect(left.map(({ firstEventAt }) => (now - firstEventAt) / DAY_MS)).toEqual(
    [0, 1, 2],
  );
  expect((await twilio.post()).status).toBe(200);
  expect(await messagesIn(store)).toHaveLength(4);
  const [entry] = await store.audit.list({ size: 1 });
  expect(entry).toMatchObject({
    actor: "command line",
    action: "deleted old messages",
    subject: "3 messages with 3 events",
  });

  const again = await prune(config.databaseUrl, "--days", "2");
  expect(again.stdout).toBe(
    `There are no messages first seen before ${before} (UTC).\n`,
  );
});

test("without days, RETENTION_DAYS applies, and without either nothing is deleted", async () => {
  await using server = await startServer();
  const { store, config } = server;
  for (const receivedAt of [DAY_MS, Date.now()])
    await store.recordEvent(eventOf({}, { receivedAt }));
  const args = ["prune", "--yes", "--database-url", config.databaseUrl];
  const without = await run(PROGRAM, args);
  expect(without.status).toBe(2);
  expect(without.stderr).toContain("--days: must be given");
  const { stdout } = await run(PROGRAM, args, {
    env: { RETENTION_DAYS: "30" },
  });
  expect(stdout).toStartWith("Deleted: 1 message with 1 event, ");
});

test("made-up messages are deleted after a confirmation, real ones stay, and the audit list has it", async () => {
  await using server = await startServer();
  const { store, config, twilio } = server;
  const simulated = await run(PROGRAM, ["simulate", "--count", "30"], {
    env: {
      TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
      PORT: new URL(server.origin).port,
    },
  });
  expect(simulated.status).toBe(0);
  const MessageSid = newMessageSid();
  await twilio.post({ MessageSid });
  const made = (await messagesIn(store)).length - 1;
  expect(made).toBeGreaterThan(5);
  const args = ["prune", "--made-up", "--database-url", config.databaseUrl];
  const asked = await run(PROGRAM, args);
  expect(asked).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("Nothing was changed. Add --yes"),
  });
  const dry = await run(PROGRAM, [...args, "--dry-run"]);
  expect(dry.stdout).toBe(
    `Would delete ${made} made-up messages. Nothing was changed.\n`,
  );
  const done = await run(PROGRAM, [...args, "--yes"]);
  expect(done.stdout).toMatch(
    new RegExp(`^Deleted: ${made} messages with \\d+ events\\.\n$`),
  );
  const left = await messagesIn(store);
  expect(left.map((each) => each.messageSid)).toEqual([MessageSid]);
  const entries = await store.audit.list({ size: 2 });
  expect(entries.map(({ action }) => action)).toEqual([
    "deleted made-up messages",
    "began to delete made-up messages",
  ]);
  const again = await run(PROGRAM, [...args, "--yes"]);
  expect(again.stdout).toBe("There are no made-up messages.\n");
  const both = await run(PROGRAM, [...args, "--days", "3"]);
  expect(both.status).toBe(2);
});

test("invalid days and a missing database are refused", async () => {
  using folder = tempDir();
  const file = join(folder.path, "none.db");
  for (const days of ["0", "-1", "1.5", "x", "36501"]) {
    const { status, stderr } = await prune(file, `--days=${days}`);
    expect([days, status]).toEqual([days, 2]);
    expect(stderr).toContain(
      "--days: must be a whole number from 1 to 36500 (got ",
    );
  }
  expect(await prune(file, "--days", "3")).toEqual({
    status: 1,
    stdout: "",
    stderr: `There is no database ${file}. Check DATABASE_URL.\n`,
  });
});

test("if the latest event is long past, the clock may be wrong: nothing is deleted until you confirm it", async () => {
  await using server = await startServer();
  const { store, config } = server;
  const latest = Date.now() - 400 * DAY_MS;
  for (const receivedAt of [latest - 50 * DAY_MS, latest])
    await store.recordEvent(eventOf({}, { receivedAt }));
  const file = config.databaseUrl;
  for (const more of [[], ["--dry-run"]]) {
    const { status, stdout, stderr } = await prune(
      file,
      "--days",
      "30",
      ...more,
    );
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("400 d after the latest event");
    expect(stderr).toContain("If the clock is right, add --trust-clock.");
  }
  expect(await messagesIn(store)).toHaveLength(2);

  // Events that arrive while the clock is wrong make nothing older.
  await store.upkeep.readClock(latest);
  await store.recordEvent(eventOf({}, { receivedAt: Date.now() }));
  const kept = await prune(file, "--days", "30");
  expect(kept.stdout).toStartWith("Deleted: 1 message with 1 event, ");
  expect(kept.stderr).toContain("That time isn't counted.");
  expect(await messagesIn(store)).toHaveLength(2);

  const trusted = await prune(file, "--days", "30", "--trust-clock");
  expect(trusted.stdout).toStartWith("Deleted: 1 message with 1 event, ");
});
