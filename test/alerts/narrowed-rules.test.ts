import { expect, test } from "bun:test";
import { readRuleSettings } from "../../src/alerts/rules/kinds.ts";
import { filterMistakes } from "../../src/alerts/rules/scope.ts";
import { previewRule } from "../../src/alerts/preview.ts";
import type { Measured, NewAlertRule } from "../../src/store/alerts.ts";
import { messages, type MadeMessages } from "./made-messages.ts";
import { openReplayed, type ReplayedLedger } from "./replayed-ledger.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const T0 = Date.UTC(2026, 10, 24, 9);
const BY = { at: T0, actor: "ana", address: null };
const UK = "+447710000001";
const US = "+14155550123";

function ruleWith(
  filter: string,
  settings: Record<string, string> = {},
): NewAlertRule {
  return {
    kind: "failure-rate",
    name: "Mine",
    filter,
    settings: readRuleSettings("failure-rate", {
      percent: "20",
      messagesMin: "10",
      sustainedMinutes: "0",
      ...settings,
    }).settings,
    severity: "info",
    isOn: true,
    channelIds: null,
  };
}

function record(ledger: ReplayedLedger, all: readonly MadeMessages[]): void {
  ledger.record(
    all.flatMap(messages).toSorted((a, b) => a.receivedAt - b.receivedAt),
  );
}

/** Opens a ledger that has only these rules. */
async function openWith(...rules: readonly NewAlertRule[]) {
  const ledger = await openReplayed();
  const { alerts } = ledger.store;
  for (const { id } of await alerts.rules()) await alerts.removeRule(id, BY);
  for (const rule of rules) await alerts.addRule(rule, BY);
  await ledger.ran(T0 - 3 * DAY_MS, T0 - MINUTE_MS);
  return ledger;
}

/** 30 messages to the US, of which 10 fail, and 20 to the UK, of which 2 fail. */
const TRAFFIC: readonly MadeMessages[] = [
  [US, 20, "delivered"],
  [US, 10, "undelivered"],
  [UK, 18, "delivered"],
  [UK, 2, "undelivered"],
].map(([recipient, count, status]) => ({
  from: T0,
  until: T0 + 10 * MINUTE_MS,
  recipient: String(recipient),
  count: Number(count),
  status: status === "delivered" ? "delivered" : "undelivered",
  ...(status === "undelivered" && { errorCode: 30007 }),
}));

/** What such a rule measures of the traffic; undefined if it doesn't fire. */
async function measured(
  filter: string,
  settings?: Record<string, string>,
): Promise<Measured | undefined> {
  await using ledger = await openWith(ruleWith(filter, settings));
  record(ledger, TRAFFIC);
  await ledger.evaluate(T0 + 10 * MINUTE_MS + 2_000);
  const [alert] = await ledger.store.alerts.open();
  if (alert === undefined) return undefined;
  const { failed = 0, finished = 0 } = alert.facts.now;
  return { failed, finished };
}

test("a rule for one country counts only its messages, from the counts of countries", async () => {
  expect(await measured("country:US")).toEqual({ failed: 10, finished: 30 });
  expect(await measured("country:GB")).toBeUndefined();
  expect(await measured("-country:GB")).toEqual({ failed: 10, finished: 30 });
  expect(await measured("country:US,GB")).toEqual({ failed: 12, finished: 50 });
});

test("a rule with an error code counts its failures as a share of all messages", async () => {
  expect(await measured("code:30007")).toEqual({ failed: 12, finished: 50 });
  expect(await measured("code:30003", { percent: "1" })).toBeUndefined();
  expect(await measured("country:US code:30007")).toEqual({
    failed: 10,
    finished: 30,
  });
});

test("a rule with another filter checks the newest messages that match", async () => {
  expect(await measured(`to:${US}`)).toEqual({ failed: 10, finished: 30 });
  expect(await measured(`to:${UK}`)).toBeUndefined();
  await using ledger = await openWith(ruleWith(`to:${US}`));
  record(
    ledger,
    (["delivered", "undelivered"] as const).map((status) => ({
      from: T0,
      until: T0 + 10 * MINUTE_MS,
      recipient: US,
      count: 150,
      status,
    })),
  );
  await ledger.evaluate(T0 + 10 * MINUTE_MS + 2_000);
  const [alert] = await ledger.store.alerts.open();
  expect(alert?.facts.now).toMatchObject({ sample: 1 });
  expect(Number(alert?.facts.now["finished"])).toBeLessThanOrEqual(200);
  expect(Number(alert?.facts.now["from"])).toBeGreaterThan(T0);
});

test("messages count from the first minute of a range until the last, and not beyond", async () => {
  await using ledger = await openWith(
    ruleWith("", { minutes: "5", messagesMin: "1" }),
  );
  const at = (ms: number): MadeMessages => ({
    from: T0 + ms,
    until: T0 + ms,
    count: 1,
    status: "failed",
    errorCode: 30003,
  });
  record(ledger, [at(-1), at(0), at(5 * MINUTE_MS - 1_001), at(5 * MINUTE_MS)]);
  await ledger.evaluate(T0 + 5 * MINUTE_MS + 2_000);
  const [alert] = await ledger.store.alerts.open();
  expect(alert?.facts.now).toMatchObject({
    failed: 2,
    finished: 2,
    from: T0,
    to: T0 + 5 * MINUTE_MS,
  });
});

test("a preview of a rule with a filter shows when it would have fired, and says how exact it is", async () => {
  await using ledger = await openWith();
  const day = T0 - 5 * DAY_MS;
  record(ledger, [
    {
      from: T0 - 20 * DAY_MS,
      until: T0 - 20 * DAY_MS + HOUR_MS,
      count: 30,
      status: "delivered",
      recipient: US,
    },
    {
      from: day,
      until: day + HOUR_MS,
      count: 60,
      status: "undelivered",
      errorCode: 30007,
      recipient: US,
    },
    {
      from: day + HOUR_MS,
      until: day + 3 * HOUR_MS,
      count: 600,
      status: "delivered",
      recipient: US,
    },
  ]);
  const preview = (rule: NewAlertRule) =>
    previewRule(ledger.store, rule, T0 + 2_000);
  const byHour = await preview(ruleWith("country:US"));
  expect(byHour?.fired).toMatchObject([
    { key: "", from: day + HOUR_MS, until: day + 2 * HOUR_MS },
  ]);
  expect(byHour?.exactness[0]).toStartWith("Checked for each hour");
  const byMinute = await preview(ruleWith(""));
  expect(byMinute?.fired).toHaveLength(1);
  expect(byMinute?.fired[0]?.from).toBe(day + 10 * MINUTE_MS);
  expect(byMinute?.exactness[0]).toBe("Checked for each minute.");
  const ofSample = await preview(ruleWith(`to:${US}`));
  expect(ofSample?.fired).toHaveLength(1);
  expect(ofSample?.exactness[0]).toContain("newest matching messages");
  expect((await preview(ruleWith("country:GB")))?.fired).toEqual([]);
  const own = { ...ruleWith(""), kind: "backup", settings: {} } as const;
  expect(await preview(own)).toBeUndefined();
});

test("a rule's filter can't contain what the rule itself decides", () => {
  expect(filterMistakes("country:US code:30007", T0)).toEqual([]);
  for (const filter of ["status:failed", "after:24h", "before:2026-11-01"])
    expect(filterMistakes(filter, T0)).toHaveLength(1);
  expect(filterMistakes("country:", T0)).toHaveLength(1);
});

test("settings are checked, and missing ones are the defaults", () => {
  expect(readRuleSettings("silence", {})).toEqual({
    settings: { minutes: 60, messagesMin: 10 },
    mistakes: [],
  });
  const { mistakes } = readRuleSettings("failure-rate", {
    percent: "101",
    minutes: "1e3",
    each: "planet",
  });
  expect(mistakes).toHaveLength(3);
  expect(
    readRuleSettings("failure-rate", { percent: "10", clearsBelow: "20" })
      .mistakes,
  ).toEqual([
    "The share below which the alert resolves must not be higher than the share at which it fires.",
  ]);
});
