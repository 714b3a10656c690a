import { expect, test } from "bun:test";
import { EVENT_SOURCES } from "../../../src/store/event-sources.ts";
import {
  RECORDED_AT_ONCE_MAX,
  type MessageRow,
  type NewEvent,
  type RecordOutcome,
  type Store,
} from "../../../src/store/store.ts";
import { fc } from "../../support/fast-check.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { arbitraryReport } from "../arbitrary-reports.ts";
import { storeContract } from "../contract.ts";
import { eventOf } from "../events.ts";
import { eventsFrom } from "../positions.ts";
import { expectRecount } from "../recount.ts";

const HOUR_MS = 3_600_000;
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };
const TWILIO_TIME = Date.UTC(2026, 10, 23, 12, 30, 0, 50);

/** An event of Event Streams that says what its callback says, and when, on which carrier. */
function streamed(event: NewEvent, occurredAt = TWILIO_TIME): NewEvent {
  return {
    ...event,
    source: "stream",
    occurredAt,
    mcc: "310",
    mnc: "260",
    numSegments: 2,
    receivedAt: event.receivedAt + 700,
    params: [["messageSid", event.messageSid]],
  };
}

storeContract((openStore, runs) => {
  test("the sources of an outcome are those that told the message's status, not its earlier ones", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    expect((await store.outcomeSources(MessageSid, 0)).sources).toEqual([]);
    const sent = eventOf({ MessageSid, MessageStatus: "sent" });
    const delivered = eventOf({ MessageSid, MessageStatus: "delivered" });
    await store.recordEvent(sent);
    expect((await store.outcomeSources(MessageSid, 0)).sources).toEqual([
      "callback",
    ]);
    await store.recordEvent({ ...delivered, source: "api" });
    expect(await store.outcomeSources(MessageSid, 0)).toEqual({
      sources: ["api"],
      found: 1,
    });
    expect((await store.outcomeSources(MessageSid, 1e9)).found).toBe(0);
    await store.recordEvent(delivered);
    await store.recordEvent(streamed(sent));
    expect((await store.outcomeSources(MessageSid, 0)).sources).toEqual([
      "callback",
      "api",
    ]);
    await store.recordEvent(streamed(delivered));
    expect((await store.outcomeSources(MessageSid, 0)).sources).toEqual(
      EVENT_SOURCES,
    );
  });

  test("an event that another source reports too counts once, and gets what it lacked", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    const sent = eventOf({ MessageSid, MessageStatus: "sent" });
    const delivered = eventOf(
      { MessageSid, MessageStatus: "delivered" },
      { receivedAt: sent.receivedAt + 9_000 },
    );
    expect(await store.recordEvent(sent)).toBe("new");
    expect(await store.recordEvent(streamed(sent))).toBe("confirmation");
    expect(await store.recordEvent(streamed(sent))).toBe("repeat");
    // The stream is first here.
    const report = streamed(delivered, TWILIO_TIME + 1_200);
    expect(await store.recordEvent(report)).toBe("new");
    expect(await store.recordEvent(delivered)).toBe("confirmation");
    expect(await store.recordEvent(delivered)).toBe("repeat");
    expect(await store.messageBySid(MessageSid)).toMatchObject({
      status: "delivered",
      numSegments: 2,
      mcc: "310",
      mnc: "260",
      sources: ["callback", "stream"],
    });
    const timeline = await store.timeline(MessageSid);
    expect(timeline).toMatchObject([
      {
        source: "callback",
        occurredAt: null,
        confirmations: [
          {
            source: "stream",
            receivedAt: sent.receivedAt + 700,
            occurredAt: TWILIO_TIME,
            numSegments: 2,
            mcc: "310",
            mnc: "260",
          },
        ],
      },
      {
        source: "stream",
        occurredAt: TWILIO_TIME + 1_200,
        params: report.params,
        confirmations: [{ source: "callback", occurredAt: null }],
      },
    ]);
    expect(await eventsFrom(store, timeline[0]?.id)).toEqual([...timeline]);
    await expectRecount(store, { range: ALL_TIME });
    // By Twilio's clock; by ours it's 9 s.
    expect(await store.deliveryTimes(ALL_TIME)).toMatchObject([
      { messages: 1, fromMs: expect.any(Number) },
    ]);
    const [{ fromMs, toMs } = { fromMs: 0, toMs: 0 }] =
      await store.deliveryTimes(ALL_TIME);
    expect(fromMs <= 1_200 && toMs > 1_200).toBe(true);
  });

  test("what a later source adds, or says differently, is its own entry; nothing is overwritten", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const failed = eventOf({ MessageStatus: "failed", ErrorCode: "30003" });
    const report = { ...streamed(failed), errorCode: 30008 };
    const looked: NewEvent = {
      ...failed,
      source: "api",
      errorMessage: "Unreachable",
      params: [],
    };
    const posted = eventOf({
      MessageSid: failed.messageSid,
      MessageStatus: "failed",
      ErrorCode: "30003",
      ErrorMessage: "Unreachable",
      ChannelStatusMessage: "Not on WhatsApp",
    });
    const outcomes = await store.recordEvents([report, failed, looked]);
    expect(outcomes).toEqual(["new", "supplement", "supplement"]);
    expect(await store.recordEvent(posted)).toBe("supplement");
    expect(await store.timeline(failed.messageSid)).toMatchObject([
      { source: "stream", errorCode: 30008, isSupplement: false },
      { source: "callback", errorCode: 30003, isSupplement: true },
      { source: "api", errorMessage: "Unreachable", isSupplement: true },
      { source: "callback", params: posted.params, isSupplement: true },
    ]);
    expect(await store.messageBySid(failed.messageSid)).toMatchObject({
      errorCode: 30003,
      sources: [...EVENT_SOURCES],
    });
  });

  test("a callback's own parameters are kept when a stream was first", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const callback = eventOf({
      MessageStatus: "failed",
      ChannelStatusMessage: "Not on WhatsApp",
    });
    await store.recordEvent(streamed(callback));
    expect(await store.recordEvent(callback)).toBe("supplement");
  });

  test("what was read from the Messages API isn't the latest that Twilio posted", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const posted = eventOf({ MessageStatus: "sent" });
    await store.recordEvent(posted);
    const later = posted.receivedAt + 5 * HOUR_MS;
    await store.recordEvent({
      ...eventOf({ MessageSid: posted.messageSid, MessageStatus: "delivered" }),
      source: "api",
      receivedAt: later,
      params: [],
    });
    expect(await store.lastEventAt(later)).toBe(posted.receivedAt);
  });

  test("reports of any sources in any order make the same message, as the events say, and lose nothing", async () => {
    await using opened = await openStore();
    const { store } = opened;
    let hour = 500_000;
    const orders = fc
      .array(arbitraryReport(fc.constant("ACa")), {
        minLength: 1,
        maxLength: 8,
      })
      .chain((reports) =>
        fc.tuple(
          fc.constant(reports),
          fc.array(
            fc.shuffledSubarray([...reports, ...reports.slice(0, 3)], {
              minLength: reports.length + Math.min(3, reports.length),
            }),
            { minLength: 2, maxLength: 4 },
          ),
        ),
      );
    await fc.assert(
      fc.asyncProperty(orders, async ([reports, sequences]) => {
        const expected = outcomeOf(reports);
        for (const [index, sequence] of sequences.entries()) {
          const at = ++hour * HOUR_MS;
          const messageSid = newMessageSid();
          const arrived = sequence.map((report, place) => ({
            ...report,
            messageSid,
            receivedAt: at + place * 1_000,
          }));
          if (index % 2 === 0) await store.recordEvents(arrived);
          else
            expect(await inSequence(store, arrived)).toEqual(
              expectedOutcomes(arrived),
            );
          const message = await store.messageBySid(messageSid);
          expect(message).toMatchObject(expected);
          expect(message?.firstEventAt).toBe(at);
          await expectNothingLost(store, arrived);
          await expectDeliveryTime(store, arrived, at);
        }
      }),
      { numRuns: runs(100) },
    );
    await expectRecount(store, { range: ALL_TIME, by: "errorCode" });
  });

  test("more events than one commit takes are refused, and none is recorded", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const events = Array.from({ length: RECORDED_AT_ONCE_MAX + 1 }, () =>
      eventOf({}),
    );
    expect(store.recordEvents(events)).rejects.toThrow("At most 2000");
    const outcomes = await store.recordEvents(events.slice(1));
    expect(outcomes).toEqual(events.slice(1).map(() => "new"));
    expect(await store.messageBySid(events[0]?.messageSid ?? "")).toBe(
      undefined,
    );
    expect(await store.recordEvents([])).toEqual([]);
  });
});

async function inSequence(
  store: Store,
  events: readonly NewEvent[],
): Promise<RecordOutcome[]> {
  const outcomes: RecordOutcome[] = [];
  for (const event of events) outcomes.push(await store.recordEvent(event));
  return outcomes;
}

/** The rule, naively: what a report says, and what of it makes it more than a confirmation. */
function expectedOutcomes(reports: readonly NewEvent[]): RecordOutcome[] {
  type Known = { said: Set<string>; sources: Set<string>; sure: Set<string> };
  const byStatus = new Map<string, Known>();
  return reports.map((report) => {
    const { status, source } = report;
    const known = byStatus.get(status);
    const all = [...essentials(report), ...said(report)];
    if (known === undefined) {
      const own = { said: new Set(all), sources: new Set([source]) };
      byStatus.set(status, { ...own, sure: new Set() });
      return "new";
    }
    const parts = known.sources.has(source) ? said(report) : essentials(report);
    if (parts.some((part) => !known.said.has(part))) {
      for (const part of all) known.said.add(part);
      known.sources.add(source);
      return "supplement";
    }
    if (known.sources.has(source) || known.sure.has(source)) return "repeat";
    known.sure.add(source);
    return "confirmation";
  });
}

const COLUMNS = [
  "channel",
  "to",
  "from",
  "errorCode",
  "errorMessage",
  "accountSid",
  "messagingServiceSid",
  "rawDlrDoneDate",
] as const;

function essentials(report: NewEvent): string[] {
  const extra =
    report.source === "callback"
      ? report.params.filter(([name]) => WITHOUT_COLUMN.has(name))
      : [];
  return [
    ...COLUMNS.flatMap((name) =>
      report[name] === null ? [] : [`${name} ${report[name]}`],
    ),
    ...[...new URLSearchParams(report.query)].map(
      (pair) => `tag ${pair.join("=")}`,
    ),
    ...extra.map((pair) => `posted ${pair.join("=")}`),
    ...report.params
      .filter(([name]) => COLUMN_OF[name] !== undefined)
      .filter(([name, value]) => !isColumn(report, name, value))
      .map((pair) => `posted ${pair.join("=")}`),
  ];
}

/** Posted names in the tests that have no column, and those that have one unless their value isn't valid. */
const WITHOUT_COLUMN = new Set(["Extra"]);
const COLUMN_OF: Record<string, keyof NewEvent> = {
  To: "to",
  From: "from",
  ErrorCode: "errorCode",
  ErrorMessage: "errorMessage",
  NumSegments: "numSegments",
  AccountSid: "accountSid",
  MessagingServiceSid: "messagingServiceSid",
};

function isColumn(report: NewEvent, name: string, value: string): boolean {
  const column = COLUMN_OF[name];
  const text = column === undefined ? null : report[column];
  return (
    text !== null &&
    value.replace(/^(whatsapp|rcs|messenger):/, "") === String(text)
  );
}

function said(report: NewEvent): string[] {
  const { source, params, occurredAt, mcc, mnc, numSegments } = report;
  const tags = [...new URLSearchParams(report.query)];
  return [
    `channel ${report.channel}`,
    ...params.map((pair) => `posted ${pair.join("=")}`),
    ...tags.map((pair) => `tag ${pair.join("=")}`),
    ...(source === "callback"
      ? []
      : [
          ...essentials(report),
          JSON.stringify({ occurredAt, mcc, mnc, numSegments }),
        ]),
  ];
}

const HIGHEST = ["read", "delivered", "undelivered", "failed", "sent"] as const;

/** The message that reports describe: each field from the highest status that has it, then a fixed one. */
function outcomeOf(reports: readonly NewEvent[]): Partial<MessageRow> {
  const values = <T>(valueOf: (report: NewEvent) => T | null): T[] => {
    for (const status of HIGHEST) {
      const found = reports
        .filter((report) => report.status === status)
        .map(valueOf)
        .filter((value) => value !== null);
      if (found.length > 0) return found;
    }
    return [];
  };
  const [carrier] = values(({ mcc, mnc }) =>
    mcc === null || mnc === null ? null : `${mcc}-${mnc}`,
  ).toSorted();
  const [mcc = null, mnc = null] = carrier?.split("-") ?? [];
  return {
    status:
      HIGHEST.find((each) => reports.some(({ status }) => status === each)) ??
      "sent",
    to: values(({ to }) => to).toSorted()[0] ?? null,
    from: values(({ from }) => from).toSorted()[0] ?? null,
    errorCode:
      values(({ errorCode }) => errorCode).toSorted((a, b) => a - b)[0] ?? null,
    numSegments:
      values(({ numSegments }) => numSegments).toSorted((a, b) => b - a)[0] ??
      null,
    mcc,
    mnc,
    sources: EVENT_SOURCES.filter((each) =>
      reports.some(({ source }) => source === each),
    ),
  };
}

async function expectNothingLost(
  store: Store,
  reports: readonly NewEvent[],
): Promise<void> {
  const timeline = await store.timeline(reports[0]?.messageSid ?? "");
  for (const report of reports) {
    const same = timeline.filter(({ status }) => status === report.status);
    const known = new Set(same.flatMap(essentials));
    for (const part of essentials(report)) expect(known).toContain(part);
    const all = same.flatMap((event) => [event, ...event.confirmations]);
    expect(all.some(({ source }) => source === report.source)).toBe(true);
  }
}

/** By Twilio's clock if both ends have it, the stream's before the API's; otherwise by ours. */
async function expectDeliveryTime(
  store: Store,
  reports: readonly NewEvent[],
  hour: number,
): Promise<void> {
  const ofStatus = (status: string) =>
    reports.filter((report) => report.status === status);
  const [sent, delivered] = [ofStatus("sent"), ofStatus("delivered")];
  const times = await store.deliveryTimes({ from: hour, to: hour + HOUR_MS });
  if (sent.length === 0 || delivered.length === 0) {
    expect(times).toEqual([]);
    return;
  }
  const occurred = (same: readonly NewEvent[]): number | undefined =>
    (["stream", "api"] as const)
      .map((source) =>
        Math.min(
          ...same.map((each) =>
            each.source === source ? (each.occurredAt ?? Infinity) : Infinity,
          ),
        ),
      )
      .find((at) => at !== Infinity);
  const [sentAt, deliveredAt] = [occurred(sent), occurred(delivered)];
  const received = (same: readonly NewEvent[]) => same[0]?.receivedAt ?? 0;
  const ms =
    sentAt === undefined || deliveredAt === undefined
      ? received(delivered) - received(sent)
      : deliveredAt - sentAt;
  expect(times).toMatchObject([{ messages: 1 }]);
  const [{ fromMs, toMs } = { fromMs: 0, toMs: 0 }] = times;
  expect(fromMs <= Math.max(0, ms) && Math.max(0, ms) < toMs).toBe(true);
}
