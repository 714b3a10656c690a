import { expect, test } from "bun:test";
import { join } from "node:path";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { PROGRAM, run } from "./program.ts";
import { eventsIn, messagesIn } from "../support/rows.ts";

const NUMBER = "+14155550123";

const erase = (file: string, ...args: string[]) =>
  run(PROGRAM, ["erase", "--database-url", file, ...args]);

test("a number is erased while the server runs, and its pages show what is left", async () => {
  await using server = await startServer();
  const { store, config, twilio, origin } = server;
  const { databaseUrl } = config;
  await twilio.post(
    { To: NUMBER, MessageStatus: "failed" },
    { query: "?phone=%2B14155550123" },
  );
  await twilio.post({ To: NUMBER, MessageStatus: "failed" });
  await twilio.post({ To: "+442071838750" });

  const dry = await erase(databaseUrl, "+1 (415) 555-0123", "--dry-run");
  expect(dry).toEqual({
    status: 0,
    stdout:
      "Would erase it from 2 messages with 2 events, 1 tag, 0 refused callbacks. Nothing was changed.\n",
    stderr: "",
  });
  const unsure = await erase(databaseUrl, NUMBER);
  expect(unsure.status).toBe(2);
  expect(unsure.stderr).toStartWith("Nothing was changed. Add --yes");
  expect(JSON.stringify(await messagesIn(store))).toContain(NUMBER);

  const { status, stdout, stderr } = await erase(databaseUrl, NUMBER, "--yes");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toStartWith(
    "Erased from 2 messages with 2 events, 1 tag, 0 refused callbacks. The messages and all counts stay.\n",
  );
  expect(stdout).not.toContain("4155550123");
  const [, name = ""] = /now appears as (erased-\d+)\./.exec(stdout) ?? [];
  const messages = await messagesIn(store);
  expect(messages.map(({ to }) => to)).toEqual([name, name, "+442071838750"]);
  const [first] = messages;
  expect(first?.tags).toEqual([["phone", name]]);

  const text = async (path: string) => (await fetch(origin + path)).text();
  for (const path of [
    "/messages",
    `/messages?q=to:${name}`,
    `/messages?q=to:~${first?.recipientId}`,
    `/messages/${first?.messageSid}`,
    `/numbers/${name}`,
    "/messages.csv",
    "/messages.jsonl",
    "/numbers",
  ]) {
    const page = await text(path);
    expect([path, page.includes("4155550123")]).toEqual([path, false]);
    expect([path, page.includes(name)]).toEqual([path, true]);
  }
  expect(await text(`/messages?q=to:${name}`)).not.toContain("+442071838750");

  // The server doesn't reuse what it remembers of the number for later callbacks.
  await twilio.post({ To: NUMBER });
  const last = (await messagesIn(store)).at(-1);
  expect(last?.to).toBe(NUMBER);
  expect(last?.recipientId).not.toBe(first?.recipientId ?? null);
  const entries = await store.audit.list({ size: 10 });
  expect(entries).toContainEqual({
    id: expect.any(Number),
    kind: "change",
    at: expect.any(Number),
    firstAt: expect.any(Number),
    times: 1,
    actor: "command line",
    action: "erased a number",
    subject: "+141••••••23",
    address: null,
  });
});

test("a user ID or an agent is erased in any case and with its channel's prefix", async () => {
  await using server = await startServer();
  const { store, config, twilio } = server;
  const id = "US.13491208655302741918";
  await twilio.post({ To: id, From: "my_agent" }, { query: `?user=${id}` });
  await twilio.post({ To: NUMBER, From: "my_agent" });
  for (const [typed, subject] of [
    [`whatsapp:${id.toLowerCase()}`, "us.••••••18"],
    ["rcs:My_Agent", "My••••••nt"],
  ] as const) {
    const { status, stdout } = await erase(config.databaseUrl, typed, "--yes");
    expect([typed, status]).toEqual([typed, 0]);
    expect(stdout).toMatch(/now appears as erased-\d+\./);
    const [entry] = await store.audit.list({ size: 1 });
    expect(entry?.subject).toBe(subject);
  }
  const left = JSON.stringify([await messagesIn(store), await eventsIn(store)]);
  expect(left).not.toContain("13491208655302741918");
  expect(left).not.toContain("my_agent");
  expect(left).toContain(NUMBER);
});

test("a number that isn't found is reported, and a partial one is refused", async () => {
  await using server = await startServer();
  const { databaseUrl } = server.config;
  expect(await erase(databaseUrl, "+49151234567", "--yes")).toEqual({
    status: 0,
    stdout: "It isn't in the database.\n",
    stderr: "",
  });
  for (const part of ["4155550123", "0161 496 0014", "72727", "+1"]) {
    const { status, stdout, stderr } = await erase(databaseUrl, part, "--yes");
    expect([part, status, stdout]).toEqual([part, 2, ""]);
    expect(stderr).toBe(
      "Give the complete number with a plus sign and the country code, such as +14155550123, or a user ID or name as the pages show it.\n",
    );
  }
  using folder = tempDir();
  const file = join(folder.path, "none.db");
  const missing = await erase(file, NUMBER, "--yes");
  expect(missing).toEqual({
    status: 1,
    stdout: "",
    stderr: `There is no database ${file}. Check DATABASE_URL.\n`,
  });
});
