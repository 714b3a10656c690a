import { expect, test } from "bun:test";
import { join } from "node:path";
import { addAlert } from "../alerts/sample-alerts.ts";
import { openStore } from "../support/open-store.ts";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { PROGRAM, run } from "./program.ts";

const alertCommand = (file: string, ...args: string[]) =>
  run(PROGRAM, ["alert", ...args, "--database-url", file]);

const FAILURE_RATE = 1;
const SILENCE = 5;

test("beside a running server, alerts are listed, acknowledged and snoozed, and the server knows at once", async () => {
  await using server = await startServer();
  const { databaseUrl } = server.config;
  const { alerts } = server.store;
  const now = Date.now();
  const over = await addAlert(alerts, now, {
    ruleId: SILENCE,
    minutesAgo: 90,
    overMinutesAgo: 30,
  });
  const flood = await addAlert(alerts, now, {
    ruleId: FAILURE_RATE,
    minutesAgo: 10,
    measured: { failed: 98, finished: 152, from: now - 900_000, to: now },
  });
  const listed = await alertCommand(databaseUrl, "list");
  expect(listed).toMatchObject({ status: 0, stderr: "" });
  expect(listed.stdout).toMatch(/^number +severity +state +fired +what\n/);
  expect(listed.stdout).toContain(
    "64.5% of messages failed in the last 15 minutes",
  );
  const json = await alertCommand(databaseUrl, "list", "--json");
  expect(JSON.parse(json.stdout)).toMatchObject([
    { id: flood.id, state: "firing", severity: "critical" },
    { id: over.id, state: "resolved" },
  ]);

  const taken = await alertCommand(
    databaseUrl,
    "ack",
    String(flood.id),
    "--note",
    "on it",
  );
  expect(taken).toMatchObject({ status: 0, stdout: "" });
  expect(await alerts.byId(flood.id)).toMatchObject({
    state: "acknowledged",
    by: "command line",
    note: "on it",
  });
  expect((await alertCommand(databaseUrl, "list", "--firing")).stderr).toBe(
    "Nothing is firing.\n",
  );
  const again = await alertCommand(databaseUrl, "ack", String(flood.id));
  expect(again.stderr).toContain(
    "Before, it was acknowledged from the command line: on it",
  );
  const snoozed = await alertCommand(
    databaseUrl,
    "snooze",
    String(flood.id),
    "--for",
    "1d",
  );
  expect(snoozed.status).toBe(0);
  const until = (await alerts.byId(flood.id))?.snoozedUntil ?? 0;
  expect(Math.abs(until - now - 86_400_000)).toBeLessThan(60_000);
  const seen = { state: "snoozed", by: "command line" } as const;
  const ana = { at: now, actor: "ana", address: null };
  await alerts.acknowledge(flood.id, "mine", ana, seen);
  for (const what of ["ack", "snooze"]) {
    const refused = await alertCommand(databaseUrl, what, String(flood.id));
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(
      /^ana acknowledged it on .*, \d\d:\d\d UTC\. Nothing was changed\. /,
    );
  }
  expect(await alerts.byId(flood.id)).toMatchObject({ by: "ana" });
  expect(
    (await alertCommand(databaseUrl, "ack", String(over.id))).stderr,
  ).toContain("This alert is over.");
});

test("rules are listed with what they fire on", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await (await openStore(file)).close();
  const { stdout } = await alertCommand(file, "rules");
  expect(stdout).toContain("Many messages fail ");
  expect(stdout).toContain(
    "At least 25% of the messages of the last 15 minutes failed",
  );
  const json = await alertCommand(file, "rules", "--json");
  expect(JSON.parse(json.stdout)[0]).toMatchObject({
    kind: "failure-rate",
    on: true,
    channels: null,
  });
});

test("a channel is added, listed without its secrets, and removed", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await (await openStore(file)).close();
  const channel = (...args: string[]) => alertCommand(file, "channel", ...args);
  expect((await channel("list")).stderr).toContain("nobody is notified");
  const hook = await channel(
    "add",
    "webhook",
    "ops hook",
    "--set",
    "url=https://ops.example.com/alerts",
    "--json",
  );
  const { id, secret } = JSON.parse(hook.stdout);
  expect(secret).toMatch(/^whsec_/);
  const given = (input: string, ...args: string[]) =>
    run(PROGRAM, ["alert", "channel", "add", ...args, "--database-url", file], {
      input,
    });
  const slack = await given(
    "https://hooks.slack.com/services/T0/B0/abcdef\n",
    "slack",
    "ops",
    "--set",
    "webhookUrl=-",
    "--severities",
    "critical",
  );
  expect(slack).toMatchObject({ status: 0, stdout: "" });
  // A secret that is left empty because it isn't needed is none that was made.
  const phone = ["ntfy", "phone", "--set", "topic=-"];
  const ntfy = await given("abcdef\n", ...phone);
  expect(ntfy).toMatchObject({ status: 0, stdout: "", stderr: "Added.\n" });
  const listed = await channel("list", "--json");
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { name: "ops", kind: "slack", severities: ["critical"], on: true },
    { id, name: "ops hook", destination: "ops.example.com" },
    { name: "phone", destination: "ntfy.sh" },
  ]);
  expect(listed.stdout + (await channel("list")).stdout).not.toMatch(
    /whsec_|abcdef/,
  );
  const both = ["ntfy", "two", "--set", "token=-", "--set", "topic=-"];
  expect(await given("tk_1\r\nabcdef", ...both)).toMatchObject({ status: 0 });
  const store = await openStore(file);
  const two = (await store.alertChannels.list()).find(
    ({ name }) => name === "two",
  );
  expect(await store.alertChannels.settingsOf(two?.id ?? 0)).toMatchObject({
    token: "tk_1",
    topic: "abcdef",
  });
  await store.close();
  expect((await channel("remove", "ops")).status).toBe(2);
  expect((await channel("remove", "ops", "--yes")).status).toBe(0);
  expect((await channel("remove", "ops", "--yes")).status).toBe(1);
});

test("wrong values are reported with the right status, and change nothing", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await (await openStore(file)).close();
  for (const [args, status, sentence] of [
    [["ack", "x"], 2, "Give the alert's number"],
    [["ack", "1"], 1, "No alert has this number."],
    [["snooze", "1", "--for", "soon"], 2, "--for must be a time such as"],
    [["snooze", "1", "--until", "2020-01-01"], 2, "in the next 30 days"],
    [["channel", "add", "fax", "x"], 2, "Allowed choices are email"],
    [["channel", "add", "email", "x"], 2, "Recipients is missing."],
    [["channel", "add", "email", "x", "--set", "cc=a"], 2, "fields: to."],
    [["channel", "add", "slack", "x"], 2, "Webhook URL is missing."],
    [
      ["channel", "add", "ntfy", "x", "--set", "topic=secret"],
      2,
      "topic is a secret, and the list of processes shows arguments.",
    ],
    [
      ["channel", "add", "email", "x", "--severities", "high"],
      2,
      "--severities must be some of",
    ],
    [["channel", "ad"], 2, "Did you mean smsledger alert channel add?"],
  ] as const) {
    const ended = await alertCommand(file, ...args);
    expect([args, ended.status]).toEqual([args, status]);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toContain(sentence);
  }
});
