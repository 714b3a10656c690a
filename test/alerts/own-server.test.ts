import { expect, test } from "bun:test";
import type { Told } from "../../src/alerts/story/story.ts";
import {
  forwardingStory,
  recordingStory,
} from "../../src/alerts/story/own-server.ts";
import { missedStory } from "../../src/alerts/story/missed.ts";
import { NO_OUTCOMES } from "../../src/sources/outcomes.ts";
import type { BackfillPage } from "../../src/store/twilio-reading.ts";
import type { Keeping } from "../../src/store/keeping.ts";
import { StoreUnavailable } from "../../src/store/store.ts";
import type { Measured, RuleKind } from "../../src/store/alerts.ts";
import type { Space } from "../../src/store/database-facts.ts";
import { createUrls } from "../../src/site/urls.ts";
import { channelTarget, endpointTarget } from "../../src/store/outbox.ts";
import { refusalOf } from "../refusals/sample-refusals.ts";
import { openReplayed, type ReplayedLedger } from "./replayed-ledger.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const T0 = Date.UTC(2026, 10, 24, 9);
const BY = { at: T0, actor: "ana", address: null };

const TOLD: Told = {
  ruleKind: "forwarding",
  ruleName: "Forwarding fails",
  key: endpointTarget(3),
  subject: "",
  filter: "",
  settings: {},
  measured: { name: "crm", since: T0, to: T0 + HOUR_MS },
};

async function openRunning(): Promise<ReplayedLedger> {
  const ledger = await openReplayed();
  await ledger.ran(T0 - 3 * DAY_MS, T0 - MINUTE_MS);
  return ledger;
}

/** The states of the alerts of a kind, and what they say, newest first. */
async function alertsOf(ledger: ReplayedLedger, kind: RuleKind) {
  const all = await ledger.store.alerts.list({ size: 20 });
  return all.filter(({ ruleKind }) => ruleKind === kind);
}

async function addEndpoint(ledger: ReplayedLedger): Promise<number> {
  const added = await ledger.store.endpoints.add(
    {
      name: "crm",
      url: "https://crm.example.com/",
      filter: "",
      events: null,
      ratePerSecond: 50,
      concurrency: 4,
      secret: "whsec_c2VjcmV0",
    },
    BY,
  );
  if ("refusal" in added) throw new Error(added.refusal);
  return added.id;
}

function saveProgress(
  ledger: ReplayedLedger,
  id: number,
  now: number,
  progress: {
    readonly failingSince?: number | null;
    readonly disabled?: "failing" | "gone";
  },
) {
  return ledger.store.outbox.save({
    now,
    targets: [{ target: endpointTarget(id), ...progress }],
    deliveries: [],
    attempts: [],
    resends: [],
  });
}

test("an endpoint that only fails fires after three minutes, says how many events wait, and resolves with a success", async () => {
  await using ledger = await openRunning();
  const id = await addEndpoint(ledger);
  await saveProgress(ledger, id, T0, { failingSince: T0 });
  await ledger.evaluate(T0 + 2 * MINUTE_MS);
  expect(await alertsOf(ledger, "forwarding")).toEqual([]);
  await ledger.evaluate(T0 + 3 * MINUTE_MS);
  expect(await alertsOf(ledger, "forwarding")).toMatchObject([
    {
      state: "firing",
      key: `endpoint:${id}`,
      facts: { now: { name: "crm", waiting: 0, since: T0 } },
    },
  ]);
  await saveProgress(ledger, id, T0 + 4 * MINUTE_MS, { failingSince: null });
  await ledger.evaluate(T0 + 4 * MINUTE_MS);
  expect(await alertsOf(ledger, "forwarding")).toMatchObject([
    { state: "resolved" },
  ]);
});

test("an endpoint whose filter can't be read fires at once, and resolves when it's changed", async () => {
  await using ledger = await openRunning();
  const { endpoints } = ledger.store;
  const id = await addEndpoint(ledger);
  const by = { at: T0, actor: "ana", address: null };
  await endpoints.change(id, { filter: "status:unheard-of" }, by);
  await ledger.evaluate(T0 + MINUTE_MS);
  const [alert] = await alertsOf(ledger, "forwarding");
  expect(alert).toMatchObject({ state: "firing", key: `endpoint:${id}` });
  expect(
    forwardingStory({ ...TOLD, measured: alert?.facts.now ?? {} }),
  ).toMatchObject({
    title: "Nothing is sent to “crm”: its filter can’t be read",
    todo: [
      "Change the endpoint’s filter: this version of smsledger can’t read it.",
    ],
  });
  await endpoints.change(id, { filter: "" }, by);
  await ledger.evaluate(T0 + 2 * MINUTE_MS);
  expect(await alertsOf(ledger, "forwarding")).toMatchObject([
    { state: "resolved" },
  ]);
});

test("a notice says that events may not match an endpoint's filter, instead of counting them as waiting", () => {
  const words = (measured: Measured) =>
    forwardingStory({ ...TOLD, measured: { ...TOLD.measured, ...measured } })
      .lines[0];
  expect(words({ waiting: 1 })).toStartWith("1 event is waiting.");
  expect(words({ waiting: 10_000, isMore: 1 })).toStartWith(
    "10,000+ events are waiting.",
  );
  expect(words({ waiting: 1, isUpTo: 1 })).toStartWith(
    "Up to 1 event is waiting.",
  );
  expect(words({ waiting: 10_000, isMore: 1, isUpTo: 1 })).toStartWith(
    "More than 10,000 events are waiting to be filtered.",
  );
});

test("an alert about an endpoint or a channel leads to it, and gives whole minutes", () => {
  const urls = createUrls("https://sms.example.com/ledger");
  const story = (key: string) => {
    const measured = { ...TOLD.measured, to: T0 + 3 * MINUTE_MS + 6_000 };
    const { title, places } = forwardingStory({ ...TOLD, key, measured });
    return [title, ...places.map(({ href }) => href(urls))];
  };
  expect(story(endpointTarget(3))).toEqual([
    "Forwarding to “crm” has failed for 3 min",
    "/ledger/forwarding/3",
  ]);
  expect(story(channelTarget(3))).toEqual([
    "The notification channel “crm” has failed for 3 min",
    "/ledger/alerts/channels",
  ]);
});

test("a disabled endpoint fires at once, reminds after a day, and resolves once it's resumed", async () => {
  await using ledger = await openRunning();
  const id = await addEndpoint(ledger);
  await saveProgress(ledger, id, T0, { failingSince: T0, disabled: "gone" });
  await ledger.evaluate(T0 + MINUTE_MS);
  const [alert] = await alertsOf(ledger, "forwarding");
  expect(alert).toMatchObject({
    state: "firing",
    severity: "critical",
    facts: { now: { disabled: "gone" } },
  });
  await ledger.evaluate(T0 + MINUTE_MS + DAY_MS);
  expect(await alertsOf(ledger, "forwarding")).toMatchObject([
    { toldKind: "reminder" },
  ]);
  await ledger.store.endpoints.setState(id, "active", BY);
  await saveProgress(ledger, id, T0, { failingSince: null });
  await ledger.evaluate(T0 + 2 * MINUTE_MS + DAY_MS);
  expect(await alertsOf(ledger, "forwarding")).toMatchObject([
    { state: "resolved" },
  ]);
});

test("an endpoint that somebody paused raises no alert", async () => {
  await using ledger = await openRunning();
  const id = await addEndpoint(ledger);
  await saveProgress(ledger, id, T0, { failingSince: T0 - HOUR_MS });
  await ledger.store.endpoints.setState(id, "paused", BY);
  await ledger.evaluate(T0 + MINUTE_MS);
  expect(await alertsOf(ledger, "forwarding")).toEqual([]);
});

test("a failed backup fires, and so does a backup that is too old", async () => {
  await using ledger = await openRunning();
  const { upkeep } = ledger.store;
  const failure = { at: T0, reason: "The folder is on a full disk." };
  await upkeep.note({ name: "backupFailure", note: failure });
  await ledger.evaluate(T0 + MINUTE_MS);
  expect(await alertsOf(ledger, "backup")).toMatchObject([
    { state: "firing", facts: { now: { reason: failure.reason } } },
  ]);
  await upkeep.note({ name: "backupFailure", note: undefined });
  await upkeep.note({ name: "backup", note: { at: T0, bytes: 1 } });
  await ledger.evaluate(T0 + 2 * MINUTE_MS);
  expect(await alertsOf(ledger, "backup")).toMatchObject([
    { state: "resolved" },
  ]);
  await ledger.ran(T0, T0 + 26 * HOUR_MS - 2 * MINUTE_MS);
  await ledger.evaluate(T0 + 26 * HOUR_MS - MINUTE_MS);
  expect(await alertsOf(ledger, "backup")).toHaveLength(1);
  await ledger.evaluate(T0 + 26 * HOUR_MS);
  expect(await alertsOf(ledger, "backup")).toMatchObject([
    { state: "firing", facts: { now: { latestAt: T0 } } },
    { state: "resolved" },
  ]);
  // Somebody turned scheduled backups off.
  await ledger.evaluate(T0 + 26 * HOUR_MS + MINUTE_MS, {
    ...ledger.store,
    isBackupScheduled: false,
  });
  expect(await alertsOf(ledger, "backup")).toMatchObject([
    { state: "resolved" },
    { state: "resolved" },
  ]);
});

test("without scheduled backups, no alert is about them", async () => {
  await using ledger = await openRunning();
  await ledger.evaluate(T0);
  expect(await alertsOf(ledger, "backup")).toEqual([]);
});

test("a disk fires below its limit, resolves with some margin, and 20 GB are enough on any disk", async () => {
  await using ledger = await openRunning();
  const withDisk = (freeBytes: number, totalBytes: number) => {
    const space: Space = {
      bytes: 1_000_000,
      logBytes: 0,
      disk: { device: 1, freeBytes, totalBytes },
    };
    return {
      ...ledger.store,
      database: { ...ledger.store.database, space: async () => space },
    };
  };
  const GB = 1_000_000_000;
  await ledger.evaluate(T0, withDisk(25 * GB, 2_000 * GB));
  expect(await alertsOf(ledger, "disk")).toEqual([]);
  await ledger.evaluate(T0 + MINUTE_MS, withDisk(4.9 * GB, 50 * GB));
  expect(await alertsOf(ledger, "disk")).toMatchObject([{ state: "firing" }]);
  await ledger.evaluate(T0 + 2 * MINUTE_MS, withDisk(5.2 * GB, 50 * GB));
  expect(await alertsOf(ledger, "disk")).toMatchObject([{ state: "firing" }]);
  await ledger.evaluate(T0 + 3 * MINUTE_MS, withDisk(6 * GB, 50 * GB));
  expect(await alertsOf(ledger, "disk")).toMatchObject([{ state: "resolved" }]);
});

test("refused callbacks that someone can fix fire, and resolve when they're marked as seen", async () => {
  await using ledger = await openRunning();
  const { refusals } = ledger.store;
  const add = (isFixable: boolean) =>
    refusals.add({
      refusals: [
        refusalOf({
          isFixable,
          // Equal refusals would be one.
          path: isFixable ? "/ours" : "/theirs",
          firstAt: T0,
          lastAt: T0 + 1_000,
          times: 12,
        }),
      ],
      unlisted: 0,
      now: T0 + 1_000,
    });
  await add(false);
  await ledger.evaluate(T0 + MINUTE_MS);
  expect(await alertsOf(ledger, "refused")).toEqual([]);
  await add(true);
  await ledger.evaluate(T0 + 2 * MINUTE_MS);
  expect(await alertsOf(ledger, "refused")).toMatchObject([
    { state: "firing", facts: { now: { callbacks: 12 } } },
  ]);
  await refusals.markSeen({ ...BY, at: T0 + 2 * MINUTE_MS });
  await ledger.evaluate(T0 + 3 * MINUTE_MS);
  expect(await alertsOf(ledger, "refused")).toMatchObject([
    { state: "resolved" },
  ]);
});

const KEEPING: Keeping = {
  node: "sms-1, process 7",
  isThisNode: false,
  since: T0,
  vacantMs: 0,
  behindMs: 300,
  waiting: { count: 12, isMore: false },
  setAside: { count: 0, isMore: false },
};

const UNREAD = { messages: 0, found: 0, unreadable: 0, nextPage: null };

/** The titles of the alerts about recording with their states, newest first. */
async function recordingAlerts(ledger: ReplayedLedger) {
  const alerts = await alertsOf(ledger, "recording");
  return alerts.map(({ key, state, severity, facts }) => [
    state,
    severity,
    recordingStory({ ...TOLD, key, measured: facts.now }).title,
  ]);
}

test("callbacks that wait to be recorded fire after a minute, and resolve once few wait", async () => {
  await using ledger = await openRunning();
  const evaluate = (minute: number, state: Partial<Keeping>) =>
    ledger.evaluate(T0 + minute * MINUTE_MS, {
      ...ledger.store,
      keeping: async () => ({ ...KEEPING, ...state }),
    });
  await evaluate(0, {});
  await evaluate(1, { behindMs: 59_000 });
  expect(await recordingAlerts(ledger)).toEqual([]);
  await evaluate(2, { behindMs: 119_000 });
  const late = "Callbacks are recorded 1 min late";
  expect(await recordingAlerts(ledger)).toEqual([["firing", "critical", late]]);
  await evaluate(3, { behindMs: 40_000 });
  expect(await alertsOf(ledger, "recording")).toMatchObject([
    { state: "firing" },
  ]);
  await evaluate(4, {});
  expect(await alertsOf(ledger, "recording")).toMatchObject([
    { state: "resolved" },
  ]);
});

test("a missing keeper fires, also when nothing waits", async () => {
  await using ledger = await openRunning();
  const evaluate = (minute: number, state: Partial<Keeping>) =>
    ledger.evaluate(T0 + minute * MINUTE_MS, {
      ...ledger.store,
      keeping: async () => ({ ...KEEPING, ...state }),
    });
  await evaluate(0, { node: undefined, vacantMs: 9_000 });
  expect(await recordingAlerts(ledger)).toEqual([]);
  const missing = { node: undefined, vacantMs: 5 * MINUTE_MS, behindMs: 0 };
  await evaluate(1, missing);
  expect(await recordingAlerts(ledger)).toEqual([
    ["firing", "critical", "No node has recorded callbacks for 5 min"],
  ]);
});

test("callbacks that were set aside have an alert of their own, until they're recorded", async () => {
  await using ledger = await openRunning();
  const evaluate = (minute: number, count: number) =>
    ledger.evaluate(T0 + minute * MINUTE_MS, {
      ...ledger.store,
      keeping: async () => ({
        ...KEEPING,
        setAside: { count, isMore: count > 1 },
      }),
    });
  await evaluate(0, 1);
  expect(await recordingAlerts(ledger)).toEqual([
    ["firing", "critical", "1 callback couldn’t be recorded"],
  ]);
  await evaluate(1, 10_000);
  expect(await recordingAlerts(ledger)).toEqual([
    ["firing", "critical", "10,000+ callbacks couldn’t be recorded"],
  ]);
  await evaluate(2, 0);
  expect(await alertsOf(ledger, "recording")).toMatchObject([
    { state: "resolved" },
  ]);
});

test("an alert about recording stays while nobody knows, and other rules are checked", async () => {
  await using ledger = await openRunning();
  const behind = { ...KEEPING, behindMs: 5 * MINUTE_MS };
  const evaluate = (minute: number, keeping: () => Promise<Keeping>) =>
    ledger.evaluate(T0 + minute * MINUTE_MS, { ...ledger.store, keeping });
  await evaluate(0, async () => behind);
  const failure = { at: T0, reason: "The folder is on a full disk." };
  await ledger.store.upkeep.note({ name: "backupFailure", note: failure });
  await evaluate(1, () =>
    Promise.reject(new StoreUnavailable("The database is slow.")),
  );
  expect(await alertsOf(ledger, "recording")).toMatchObject([
    { state: "firing" },
  ]);
  expect(await alertsOf(ledger, "backup")).toMatchObject([{ state: "firing" }]);
});

test("without a keeper to watch, no alert is about recording", async () => {
  await using ledger = await openRunning();
  await ledger.evaluate(T0);
  expect(await recordingAlerts(ledger)).toEqual([]);
});

test("missed callbacks of the latest day that was read fire, and resolve with the next complete day or when that's long ago", async () => {
  await using ledger = await openRunning();
  const { backfills } = ledger.store;
  const DAY_MS = 24 * 60 * MINUTE_MS;
  const dayBefore = (days: number) =>
    new Date(T0 - days * DAY_MS).toISOString().slice(0, 10);
  const read = async (
    day: string,
    counts: Partial<BackfillPage>,
    isRead = true,
  ) => {
    await backfills.want([day], T0);
    await backfills.addPage(
      { day, wantedAt: T0 },
      { ...NO_OUTCOMES, ...UNREAD, ...counts },
      isRead ? T0 : null,
    );
  };
  const states = async () =>
    (await alertsOf(ledger, "missed")).map(({ state }) => state);
  await ledger.evaluate(T0);
  // Few, a small share, and messages that Twilio didn't accept.
  await read(dayBefore(5), { byCallback: 50, byApi: 50 });
  await read(dayBefore(3), { byCallback: 96, byApi: 4 });
  await ledger.evaluate(T0 + MINUTE_MS);
  await read(dayBefore(3), { byCallback: 10_000, byApi: 99 });
  await ledger.evaluate(T0 + 2 * MINUTE_MS);
  await read(dayBefore(3), { byApi: 9, missedRejected: 9 });
  await ledger.evaluate(T0 + 3 * MINUTE_MS);
  expect(await states()).toEqual([]);
  await read(dayBefore(2), { byCallback: 95, byApi: 5, missedAway: 5 });
  await ledger.evaluate(T0 + 4 * MINUTE_MS);
  expect(await states()).toEqual(["firing"]);
  const [alert] = await alertsOf(ledger, "missed");
  const { key = "", facts } = alert ?? {};
  expect(
    missedStory({ ...TOLD, key, measured: facts?.now ?? {} }),
  ).toMatchObject({
    title: `Callbacks for 5 messages of ${dayBefore(2)} never arrived`,
    lines: [expect.stringContaining("95.00% of that day’s outcomes")],
  });
  // While it's read again, nobody knows.
  await read(dayBefore(2), { byCallback: 100 }, false);
  await ledger.evaluate(T0 + 5 * MINUTE_MS);
  expect(await states()).toEqual(["firing"]);
  await read(dayBefore(2), { byCallback: 95, byApi: 5 });
  await read(dayBefore(1), { byCallback: 100 });
  await ledger.evaluate(T0 + 6 * MINUTE_MS);
  expect(await states()).toEqual(["resolved"]);
});
