import { describe, expect, test } from "bun:test";
import type { Alert } from "../../src/store/alerts.ts";
import type { Notice } from "../../src/alerts/notice.ts";
import { channelTarget } from "../../src/store/outbox.ts";
import { StoreUnavailable } from "../../src/store/store.ts";
import { fc } from "../support/fast-check.ts";
import { messages, type MadeMessages } from "./made-messages.ts";
import { openReplayed, type ReplayedLedger } from "./replayed-ledger.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const T0 = Date.UTC(2026, 10, 24, 9);
const BY = { at: T0, actor: "ana", address: null };

/** Opens the ledger of a server that has been running for a day. */
async function openRunning(): Promise<ReplayedLedger> {
  const ledger = await openReplayed();
  await ledger.ran(T0 - DAY_MS, T0 - MINUTE_MS);
  return ledger;
}

/** Evaluates every minute from one time to another, both included. */
async function evaluateFrom(
  ledger: ReplayedLedger,
  from: number,
  to: number,
): Promise<void> {
  for (let at = from; at <= to; at += MINUTE_MS)
    await ledger.evaluate(at + 2_000);
}

async function addChannel(ledger: ReplayedLedger, name = "hook") {
  const added = await ledger.store.alertChannels.add(
    {
      kind: "webhook",
      name,
      settings: { url: "https://hooks.example.com/" },
      severities: ["critical", "warning", "info"],
      quietHours: null,
      isOn: true,
    },
    BY,
  );
  if ("refusal" in added) throw new Error(added.refusal);
  return added.id;
}

/** What waits to be sent to a channel, oldest first. */
async function noticesFor(
  ledger: ReplayedLedger,
  channelId: number,
): Promise<Notice[]> {
  const deliveries = await ledger.store.outbox.deliveries(
    channelTarget(channelId),
    { isFailed: false, afterId: 0, size: 100 },
  );
  return deliveries.map(({ notice }) => JSON.parse(notice ?? "null"));
}

function failing(from: number, minutes: number, share = 0.5): MadeMessages[] {
  const until = from + minutes * MINUTE_MS;
  return [
    {
      from,
      until,
      count: Math.round(20 * minutes * share),
      status: "undelivered",
      errorCode: 30008,
    },
    {
      from,
      until,
      count: Math.round(20 * minutes * (1 - share)),
      status: "delivered",
    },
  ];
}

function record(ledger: ReplayedLedger, all: readonly MadeMessages[]): void {
  ledger.record(
    all.flatMap(messages).toSorted((a, b) => a.receivedAt - b.receivedAt),
  );
}

async function only(alerts: Promise<readonly Alert[]>): Promise<Alert> {
  const [first, ...others] = await alerts;
  if (first === undefined || others.length > 0)
    throw new Error(`There are ${others.length + Number(!!first)} alerts.`);
  return first;
}

describe("the evaluator", () => {
  test("fires once, reminds, and resolves once, and each channel is told of each", async () => {
    await using ledger = await openRunning();
    const channels = [await addChannel(ledger), await addChannel(ledger, "b")];
    record(ledger, [
      ...failing(T0, 30),
      {
        from: T0 + 30 * MINUTE_MS,
        until: T0 + HOUR_MS,
        count: 900,
        status: "delivered",
      },
    ]);
    await evaluateFrom(ledger, T0, T0 + HOUR_MS);
    const alert = await only(ledger.store.alerts.list({ size: 9 }));
    expect(alert).toMatchObject({
      ruleName: "Many messages fail",
      state: "resolved",
      severity: "critical",
    });
    for (const channel of channels) {
      const notices = await noticesFor(ledger, channel);
      expect(notices.map(({ kind }) => kind)).toEqual(["firing", "resolved"]);
      expect(new Set(notices.map(({ alertKey }) => alertKey)).size).toBe(1);
    }
    const history = await ledger.store.alerts.history(alert.id);
    expect(history.map(({ what }) => what)).toEqual([
      "pending",
      "fired",
      "resolved",
    ]);
  });

  test("a notice's numbers equal the lists that it links to", async () => {
    await using ledger = await openRunning();
    await addChannel(ledger);
    record(ledger, failing(T0, 30, 0.43));
    await evaluateFrom(ledger, T0, T0 + 12 * MINUTE_MS);
    const { facts } = await only(ledger.store.alerts.open());
    const { failed, finished, from, to } = facts.now;
    const counted = async (
      statuses: "undelivered" | "sent",
      negated: boolean,
    ) => {
      const { count } = await ledger.store.listAndCount(
        [
          { field: "status", values: [statuses], negated },
          { field: "after", at: Number(from), negated: false },
          { field: "before", at: Number(to), negated: false },
        ],
        1,
      );
      return count.count;
    };
    expect(await counted("undelivered", false)).toBe(Number(failed));
    expect(await counted("sent", true)).toBe(Number(finished));
    const [notice] = await noticesFor(ledger, 1);
    expect(notice?.title).toMatch(
      /^4\d\.\d% of messages failed in the last 15 minutes$/,
    );
    expect(notice?.links[0]?.url).toBe("https://sms.example.com/alerts/1");
    expect(notice?.links[1]?.url).toContain(
      "/messages?q=status%3Afailed%2Cundelivered%20after%3A",
    );
    expect(notice?.lines.join(" ")).toContain("error code 30008");
  });

  test("the same minute evaluated again changes nothing", async () => {
    await using ledger = await openRunning();
    await addChannel(ledger);
    record(ledger, failing(T0, 30));
    await evaluateFrom(ledger, T0, T0 + 10 * MINUTE_MS);
    const before = await ledger.store.alerts.open();
    const notices = await noticesFor(ledger, 1);
    ledger.restart();
    for (const after of [2_000, 30_000, 59_000])
      await ledger.evaluate(T0 + 10 * MINUTE_MS + after);
    expect(await ledger.store.alerts.open()).toEqual([...before]);
    expect(await noticesFor(ledger, 1)).toEqual(notices);
  });

  test("interrupted anywhere, it ends up telling the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 90, maxLength: 90 }),
        async (interruptions) => {
          await using ledger = await openRunning();
          await addChannel(ledger);
          record(ledger, [
            ...failing(T0, 12),
            {
              from: T0 + 12 * MINUTE_MS,
              until: T0 + HOUR_MS,
              count: 900,
              status: "delivered",
            },
          ]);
          const { alerts } = ledger.evaluation.store;
          let writes = 0;
          const mayBreak = <Input extends readonly unknown[]>(
            write: (...input: Input) => Promise<void>,
          ) => {
            return async (...input: Input): Promise<void> => {
              const isBefore = interruptions[writes++ % interruptions.length];
              if (isBefore && writes % 3 === 0)
                throw new StoreUnavailable("The disk is full.");
              await write(...input);
              // The power went out once it was written.
              if (isBefore && writes % 3 === 1)
                throw new StoreUnavailable("The server was killed.");
            };
          };
          const breaking = {
            ...ledger.evaluation.store,
            alerts: {
              ...alerts,
              addPending: mayBreak(
                (...input: Parameters<typeof alerts.addPending>) =>
                  alerts.addPending(...input),
              ),
              advance: mayBreak((...input: Parameters<typeof alerts.advance>) =>
                alerts.advance(...input),
              ),
            },
          };
          for (let at = T0; at <= T0 + HOUR_MS; at += MINUTE_MS)
            try {
              await ledger.evaluate(at + 2_000, breaking);
            } catch (error) {
              if (!(error instanceof StoreUnavailable)) throw error;
              ledger.restart();
              await ledger.evaluate(at + 20_000);
            }
          const notices = await noticesFor(ledger, 1);
          expect(notices.map(({ kind }) => kind)).toEqual([
            "firing",
            "resolved",
          ]);
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });

  test("of a flood with one cause, only the most urgent alert fires, and says what it stands for", async () => {
    await using ledger = await openRunning();
    const channel = await addChannel(ledger);
    const old = T0 - 9 * DAY_MS;
    record(ledger, [
      { from: old, until: old + HOUR_MS, count: 50, status: "delivered" },
      {
        from: T0,
        until: T0 + 30 * MINUTE_MS,
        count: 400,
        status: "undelivered",
        errorCode: 30450,
        sender: "+15005550006",
        recipient: "+14155550123",
      },
    ]);
    await evaluateFrom(ledger, T0, T0 + 20 * MINUTE_MS);
    const open = await ledger.store.alerts.open();
    const firing = open.filter(({ state }) => state === "firing");
    expect(firing.map(({ ruleName }) => ruleName)).toEqual([
      "Many messages fail",
    ]);
    expect(firing[0]?.facts.includes.map(({ key }) => key).toSorted()).toEqual([
      "code:30450",
      "country:US",
      expect.stringMatching(/^sender:\d+$/),
    ]);
    // The new code was there first, with five messages; then the whole flood took its place.
    expect(
      (await noticesFor(ledger, channel)).map(({ kind, title }) => [
        kind,
        title.slice(0, 8),
      ]),
    ).toEqual([
      ["firing", "New erro"],
      ["firing", "100% of "],
      ["resolved", "New erro"],
    ]);
  });

  test("of a flood with many causes, only what fails more often than everything else has an alert of its own", async () => {
    await using ledger = await openRunning();
    const old = { from: T0 - 9 * DAY_MS, until: T0 - 8 * DAY_MS, count: 50 };
    const flood = { from: T0, until: T0 + 30 * MINUTE_MS };
    const codes = [30003, 30005, 30006, 30008];
    const senders = ["+15005550001", "+15005550002", "+15005550003"];
    record(ledger, [
      ...codes.map((errorCode) => ({
        ...old,
        status: "undelivered" as const,
        errorCode,
      })),
      ...senders.flatMap((sender) => [
        ...codes.map((errorCode) => ({
          ...flood,
          count: 25,
          status: "undelivered" as const,
          errorCode,
          sender,
        })),
        { ...flood, count: 80, status: "delivered" as const, sender },
      ]),
      {
        ...flood,
        count: 45,
        status: "undelivered",
        errorCode: 30003,
        sender: "+15005550009",
      },
    ]);
    await evaluateFrom(ledger, T0, T0 + 29 * MINUTE_MS);
    const open = await ledger.store.alerts.open();
    const firing = open.filter(({ state }) => state === "firing");
    const bad = firing.find(({ facts }) => facts.now["badness"] === 1);
    expect(bad?.key).toStartWith("sender:");
    expect(firing.map(({ ruleName }) => ruleName).toSorted()).toEqual([
      "Many messages fail",
      "Many messages of one sender fail",
    ]);
  });

  test("a muted code raises no alert, and one that is open resolves", async () => {
    await using ledger = await openRunning();
    const old = T0 - 9 * DAY_MS;
    record(ledger, [
      { from: old, until: old + HOUR_MS, count: 50, status: "delivered" },
      ...[30450, 30451].map((errorCode) => ({
        from: T0,
        until: T0 + 5 * MINUTE_MS,
        count: 6,
        status: "undelivered" as const,
        errorCode,
      })),
    ]);
    const { alerts } = ledger.store;
    await alerts.muteCode(30450, "known", BY);
    await evaluateFrom(ledger, T0, T0 + 10 * MINUTE_MS);
    const alert = await only(alerts.open());
    expect(alert).toMatchObject({ key: "code:30451", state: "firing" });
    await alerts.muteCode(30451, "", BY);
    await evaluateFrom(ledger, T0 + 11 * MINUTE_MS, T0 + 11 * MINUTE_MS);
    expect(await alerts.open()).toEqual([]);
    const history = await alerts.history(alert.id);
    expect(history.at(-1)).toMatchObject({
      what: "resolved",
      note: "The error code was muted.",
    });
  });

  test("an acknowledged alert sends no reminder, and one that nobody took does after a day", async () => {
    await using ledger = await openRunning();
    const channel = await addChannel(ledger);
    const { alerts } = ledger.store;
    await ledger.store.upkeep.note({
      name: "backupFailure",
      note: { at: T0, reason: "The folder is gone." },
    });
    await evaluateFrom(ledger, T0, T0 + MINUTE_MS);
    const { id } = await only(alerts.open());
    await evaluateFrom(
      ledger,
      T0 + DAY_MS - MINUTE_MS,
      T0 + DAY_MS + MINUTE_MS,
    );
    await alerts.acknowledge(id, "on it", BY);
    await evaluateFrom(
      ledger,
      T0 + 3 * DAY_MS,
      T0 + 3 * DAY_MS + 2 * MINUTE_MS,
    );
    const kinds = (await noticesFor(ledger, channel)).map(({ kind }) => kind);
    expect(kinds).toEqual(["firing", "reminder", "acknowledged"]);
    await ledger.store.upkeep.note({ name: "backupFailure", note: undefined });
    await evaluateFrom(ledger, T0 + 4 * DAY_MS, T0 + 4 * DAY_MS);
    expect(await alerts.byId(id)).toMatchObject({ state: "resolved" });
  });

  for (const isRemoved of [true, false])
    test(`an alert of a rule that was ${isRemoved ? "removed" : "turned off"} resolves, and those that knew of it are told`, async () => {
      await using ledger = await openRunning();
      const named = await addChannel(ledger);
      const other = await addChannel(ledger, "other");
      const { alerts } = ledger.store;
      for (const { id } of await alerts.rules())
        await alerts.changeRule(id, { channelIds: [named] }, BY);
      record(ledger, failing(T0, 30));
      await evaluateFrom(ledger, T0, T0 + 10 * MINUTE_MS);
      const { id, ruleId } = await only(
        alerts.list({ size: 9, states: ["firing"] }),
      );
      if (isRemoved) await alerts.removeRule(ruleId ?? 0, BY);
      else await alerts.changeRule(ruleId ?? 0, { isOn: false }, BY);
      await evaluateFrom(ledger, T0 + 11 * MINUTE_MS, T0 + 11 * MINUTE_MS);
      expect(await alerts.byId(id)).toMatchObject({ state: "resolved" });
      const told = (await noticesFor(ledger, named)).filter(({ alertKey }) =>
        alertKey.startsWith(`smsledger-alert-${id}-`),
      );
      expect(told.map(({ kind }) => kind)).toEqual(["firing", "resolved"]);
      expect(await noticesFor(ledger, other)).toEqual([]);
    });
});

test("an alert doesn't resolve because nothing arrived while the server was off", async () => {
  await using ledger = await openRunning();
  record(ledger, failing(T0, 20));
  await evaluateFrom(ledger, T0, T0 + 20 * MINUTE_MS);
  const { id } = await only(
    ledger.store.alerts.list({ size: 9, states: ["firing"] }),
  );
  ledger.restart();
  const back = T0 + HOUR_MS;
  record(ledger, failing(back, 20));
  await evaluateFrom(ledger, back + MINUTE_MS, back + 20 * MINUTE_MS);
  expect(await ledger.store.alerts.byId(id)).toMatchObject({ state: "firing" });
});

test("an alert that can't be measured after the server was off still stands for the others", async () => {
  await using ledger = await openRunning();
  const old = { from: T0 - 9 * DAY_MS, until: T0 - 8 * DAY_MS, count: 50 };
  const flood = { from: T0, until: T0 + 10 * MINUTE_MS, count: 25 };
  const undelivered = [30003, 30005, 30006].map((errorCode) => ({
    status: "undelivered" as const,
    errorCode,
  }));
  record(ledger, [
    ...undelivered.map((each) => ({ ...old, ...each })),
    ...["+15005550001", "+15005550002", "+15005550003"].flatMap((sender) =>
      undelivered.map((each) => ({ ...flood, ...each, sender })),
    ),
  ]);
  await evaluateFrom(ledger, T0, T0 + 10 * MINUTE_MS);
  ledger.restart();
  await evaluateFrom(ledger, T0 + 18 * MINUTE_MS, T0 + HOUR_MS);
  const all = await ledger.store.alerts.list({ size: 99 });
  expect(all.map(({ ruleName, state }) => [ruleName, state])).toEqual([
    ["Many messages fail", "resolved"],
  ]);
});

test("on a new installation, many failures fire at once", async () => {
  await using ledger = await openReplayed();
  record(ledger, failing(T0, 10));
  await evaluateFrom(ledger, T0, T0 + 8 * MINUTE_MS);
  const { firedAt } = await only(
    ledger.store.alerts.list({ size: 9, states: ["firing"] }),
  );
  expect(firedAt).toBeLessThanOrEqual(T0 + 8 * MINUTE_MS);
});

describe("nothing fires", () => {
  test("in the first day of a new installation, because of codes and a few failures", async () => {
    await using ledger = await openReplayed();
    await evaluateFrom(ledger, T0 - HOUR_MS, T0);
    const day = T0 + DAY_MS;
    record(ledger, [
      ...[30003, 30005, 30007, 21610].map((errorCode) => ({
        from: T0,
        until: T0 + HOUR_MS,
        count: 8,
        status: "undelivered" as const,
        errorCode,
      })),
      { from: T0, until: T0 + HOUR_MS, count: 600, status: "delivered" },
      // At first, somebody tries a few numbers, and most fail.
      {
        from: T0 - HOUR_MS,
        until: T0 - 20 * MINUTE_MS,
        count: 20,
        status: "failed",
        errorCode: 21211,
      },
    ]);
    await evaluateFrom(ledger, T0, T0 + 3 * HOUR_MS);
    await evaluateFrom(ledger, day, day + 10 * MINUTE_MS);
    expect(await ledger.store.alerts.list({ size: 9 })).toEqual([]);
  });

  test("when the clock jumps ahead and back", async () => {
    await using ledger = await openReplayed();
    const week = 7 * DAY_MS;
    for (const back of [1, 2])
      record(ledger, [
        {
          from: T0 - back * week - 3 * HOUR_MS,
          until: T0 - back * week + 6 * HOUR_MS,
          count: 900,
          status: "delivered",
        },
      ]);
    const steady = (from: number, until: number): MadeMessages => ({
      from,
      until,
      count: Math.round((until - from) / MINUTE_MS) * 3,
      status: "delivered",
    });
    record(ledger, [steady(T0 - 2 * HOUR_MS, T0)]);
    await evaluateFrom(ledger, T0 - 90 * MINUTE_MS, T0);
    // For ten minutes, everything is dated five hours ahead.
    const ahead = T0 + 5 * HOUR_MS;
    record(ledger, [steady(ahead, ahead + 10 * MINUTE_MS)]);
    await evaluateFrom(ledger, ahead + MINUTE_MS, ahead + 10 * MINUTE_MS);
    record(ledger, [steady(T0 + 10 * MINUTE_MS, T0 + 2 * HOUR_MS)]);
    await evaluateFrom(ledger, T0 + 11 * MINUTE_MS, T0 + 2 * HOUR_MS);
    expect(await ledger.store.alerts.list({ size: 9 })).toEqual([]);
  });

  test("where in earlier weeks only Twilio's API reported messages", async () => {
    await using ledger = await openReplayed();
    const earlier = T0 - 7 * DAY_MS;
    const usual = { count: 400, status: "delivered" } as const;
    record(ledger, [{ from: earlier - 3 * HOUR_MS, until: earlier, ...usual }]);
    // Posted elsewhere, and read from Twilio the next night.
    const missed = { from: earlier, until: earlier + 3 * HOUR_MS, ...usual };
    ledger.record(
      messages(missed)
        .filter((_, index) => index % 2 === 1)
        .map(({ receivedAt: sentAt, ...event }) => ({
          ...event,
          receivedAt: earlier + DAY_MS,
          report: { source: 2, occurredAt: null, carrier: null, sentAt },
        })),
    );
    record(ledger, [{ from: T0 - 2 * HOUR_MS, until: T0, ...usual }]);
    await evaluateFrom(ledger, T0 - HOUR_MS, T0 + 2 * HOUR_MS);
    expect(await ledger.store.alerts.list({ size: 9 })).toEqual([]);
  });

  test("for the time in which the server was off, and in the first two minutes after", async () => {
    await using ledger = await openReplayed();
    const week = 7 * DAY_MS;
    record(ledger, [
      {
        from: T0 - week - 6 * HOUR_MS,
        until: T0 - week + 9 * HOUR_MS,
        count: 2_000,
        status: "delivered",
      },
      { from: T0 - 2 * HOUR_MS, until: T0, count: 300, status: "delivered" },
    ]);
    await evaluateFrom(ledger, T0 - 2 * HOUR_MS, T0);
    ledger.restart();
    const back = T0 + 4 * HOUR_MS;
    await evaluateFrom(ledger, back, back + 58 * MINUTE_MS);
    expect(await ledger.store.alerts.list({ size: 9 })).toEqual([]);
    // Callbacks that wait to be recorded have arrived.
    const late = { node: undefined, isThisNode: false, since: back };
    const waits = { vacantMs: HOUR_MS, behindMs: HOUR_MS };
    const waiting = { count: 1, isMore: false };
    const setAside = { count: 0, isMore: false };
    await ledger.evaluate(back + 59 * MINUTE_MS, {
      ...ledger.store,
      keeping: async () => ({ ...late, ...waits, waiting, setAside }),
    });
    expect(await ledger.store.alerts.open()).toMatchObject([
      { ruleKind: "recording" },
    ]);
    await ledger.evaluate(back + 60 * MINUTE_MS, {
      ...ledger.store,
      keeping: async () => ({
        ...late,
        vacantMs: 0,
        behindMs: 0,
        waiting: { count: 0, isMore: false },
        setAside,
      }),
    });
    await evaluateFrom(ledger, back + 61 * MINUTE_MS, back + 62 * MINUTE_MS);
    expect(await only(ledger.store.alerts.open())).toMatchObject({
      ruleKind: "silence",
      state: "firing",
    });
  });
});
