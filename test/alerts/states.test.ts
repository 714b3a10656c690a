import { describe, expect, test } from "bun:test";
import type { Alert, AlertRule, AlertState } from "../../src/store/alerts.ts";
import { DAY_MS, Moment, type Finding } from "../../src/alerts/rules/rule.ts";
import { SNOOZE_DAYS_MAX } from "../../src/alerts/snooze.ts";
import {
  isOpen,
  nextState,
  REMINDER_MS,
  type Known,
} from "../../src/alerts/states.ts";
import { fc } from "../support/fast-check.ts";

const MINUTE_MS = 60_000;
const START = Date.UTC(2026, 10, 23, 12);
const SUSTAINED = 3;

const RULE: AlertRule = {
  id: 1,
  kind: "failure-rate",
  name: "Many messages fail",
  filter: "",
  settings: { sustainedMinutes: SUSTAINED },
  severity: "critical",
  isOn: true,
  channelIds: null,
  createdBy: "smsledger",
  createdAt: 0,
  changedBy: null,
  changedAt: null,
};

const PENDING: Alert = {
  id: 1,
  ruleId: 1,
  ruleKind: "failure-rate",
  ruleName: RULE.name,
  key: "",
  severity: "critical",
  state: "pending",
  version: 1,
  since: START,
  firedAt: null,
  resolvedAt: null,
  by: null,
  note: null,
  snoozedUntil: null,
  toldKind: null,
  toldAt: null,
  facts: {
    filter: "",
    settings: RULE.settings,
    channelIds: null,
    measuredAt: START,
    now: { badness: 0.3 },
    atFiring: null,
    peak: { badness: 0.3 },
    includes: [],
  },
};

function found(level: "met" | "between" | "clear", badness = 0.3): Known {
  const finding: Finding = {
    key: "",
    isMet: level === "met",
    isClear: level === "clear",
    measured: {},
    badness,
  };
  return { finding, rule: RULE };
}

function momentAt(at: number): Moment {
  return new Moment(at, { ranAt: at, startedAt: START, gaps: [] });
}

/** Returns an alert after a transition as the store saves it; undefined when it's dropped. */
function after(alert: Alert, known: Known, at: number) {
  const next = nextState(alert, known, momentAt(at));
  if (next === undefined || next === "drop") return next;
  const { entries, notice, ...change } = next;
  return {
    alert: { ...alert, ...change, version: alert.version + 1 },
    entries,
    notice,
  };
}

const firing: Alert = {
  ...PENDING,
  state: "firing",
  firedAt: START,
  toldKind: "firing",
  toldAt: START,
};

describe("an alert", () => {
  test("fires once its condition is met for long enough, and not before", () => {
    for (let minute = 0; minute < SUSTAINED; minute++)
      expect(
        after(PENDING, found("met"), START + minute * MINUTE_MS),
      ).toBeUndefined();
    expect(
      after(PENDING, found("met"), START + SUSTAINED * MINUTE_MS),
    ).toMatchObject({ alert: { state: "firing" }, notice: "firing" });
  });

  test("fires although a clock that was ahead dated its beginning", () => {
    const pending = { ...PENDING, since: START + 400 * 1_440 * MINUTE_MS };
    expect(after(pending, found("met"), START + MINUTE_MS)).toMatchObject({
      alert: { state: "firing", firedAt: START + MINUTE_MS },
    });
  });

  test("is dropped while pending if its condition ends for one minute", () => {
    expect(after(PENDING, found("between"), START + MINUTE_MS)).toBe("drop");
    expect(after(PENDING, { over: "" }, START + MINUTE_MS)).toBe("drop");
  });

  test("doesn't fire because time passed while the server was off", () => {
    const at = START + 30 * MINUTE_MS;
    const gap = { from: START + MINUTE_MS, to: at - MINUTE_MS };
    const record = { ranAt: at, startedAt: gap.to, gaps: [gap] };
    expect(
      nextState(PENDING, found("met"), new Moment(at, record)),
    ).toBeUndefined();
  });

  test("stays between its two thresholds, and resolves below the lower one", () => {
    const at = START + 10 * MINUTE_MS;
    expect(after(firing, found("between"), at)).toMatchObject({
      alert: { state: "firing" },
      notice: undefined,
    });
    expect(after(firing, found("clear"), at)).toMatchObject({
      alert: { state: "resolved", resolvedAt: at },
      notice: "resolved",
    });
  });

  test("keeps its worst moment", () => {
    const worse = after(firing, found("met", 0.9), START + MINUTE_MS);
    if (worse === undefined || worse === "drop") throw new Error("It changes.");
    const better = after(worse.alert, found("met", 0.4), START + 2 * MINUTE_MS);
    expect(better).toMatchObject({
      alert: { facts: { now: { badness: 0.4 }, peak: { badness: 0.9 } } },
    });
  });

  test("reminds after a day, once a day, until somebody acknowledges it", () => {
    const day = START + REMINDER_MS;
    expect(after(firing, found("met"), day - MINUTE_MS)).toMatchObject({
      notice: undefined,
    });
    const reminded = after(firing, found("met"), day);
    expect(reminded).toMatchObject({ notice: "reminder" });
    if (reminded === undefined || reminded === "drop")
      throw new Error("It reminds.");
    expect(after(reminded.alert, found("met"), day + MINUTE_MS)).toMatchObject({
      notice: undefined,
    });
    const acknowledged: Alert = { ...reminded.alert, state: "acknowledged" };
    const told = after(acknowledged, found("met"), day + MINUTE_MS);
    expect(told).toMatchObject({ notice: "acknowledged" });
    if (told === undefined || told === "drop") throw new Error("It tells.");
    expect(
      after(told.alert, found("met"), day + 2 * REMINDER_MS),
    ).toMatchObject({ notice: undefined });
  });

  test("fires again when its snooze ends, and resolves quietly before if it's over", () => {
    const until = START + 60 * MINUTE_MS;
    const snoozed: Alert = {
      ...firing,
      state: "snoozed",
      snoozedUntil: until,
      toldKind: "acknowledged",
    };
    expect(after(snoozed, found("met"), until - MINUTE_MS)).toMatchObject({
      alert: { state: "snoozed" },
      notice: undefined,
    });
    expect(after(snoozed, found("met"), until)).toMatchObject({
      alert: { state: "firing", snoozedUntil: null },
      notice: "reminder",
    });
    expect(after(snoozed, found("clear"), until)).toMatchObject({
      alert: { state: "resolved" },
      notice: "resolved",
    });
  });

  test("isn't quiet for years when it was snoozed while the clock was ahead", () => {
    const at = START + 10 * MINUTE_MS;
    const until = (days: number) =>
      after(
        {
          ...firing,
          state: "snoozed",
          snoozedUntil: at + days * DAY_MS,
          toldKind: "acknowledged",
        },
        found("met"),
        at,
      );
    expect(until(SNOOZE_DAYS_MAX)).toMatchObject({
      alert: { state: "snoozed" },
    });
    expect(until(3 * 365)).toMatchObject({
      alert: { state: "firing", snoozedUntil: null },
      notice: "reminder",
    });
  });

  test("whose rule couldn't tell stays as it is", () => {
    expect(after(PENDING, "nothing", START + 9 * MINUTE_MS)).toBeUndefined();
    expect(after(firing, "nothing", START + 9 * MINUTE_MS)).toBeUndefined();
  });

  test("whose rule was turned off resolves, and its history says why", () => {
    const over = { over: "The rule was turned off or removed." };
    expect(after(firing, over, START + MINUTE_MS)).toMatchObject({
      alert: { state: "resolved" },
      entries: [{ what: "resolved", note: over.over }],
    });
  });

  test("whatever happens, tells that it fires, then that it's over, once each", () => {
    fc.assert(
      fc.property(fc.array(arbitraryEvent, { maxLength: 60 }), (events) => {
        let alert: Alert = PENDING;
        let at = START;
        const notices: string[] = [];
        const states: AlertState[] = ["pending"];
        for (const event of events) {
          at += event.minutes * MINUTE_MS;
          if (event.act !== undefined && isOpen(alert.state))
            alert = handled(alert, event.act, at);
          const next = after(alert, event.known, at);
          if (next === "drop") {
            expect(alert.state).toBe("pending");
            return;
          }
          if (next === undefined) continue;
          expect(alert.state).not.toBe("resolved");
          ({ alert } = next);
          states.push(alert.state);
          if (next.notice !== undefined) notices.push(next.notice);
          if (alert.state === "resolved") break;
        }
        const [first, ...rest] = notices;
        if (first !== undefined) expect(first).toBe("firing");
        expect(rest).not.toContain("firing");
        const isResolved = states.at(-1) === "resolved";
        expect(rest.filter((each) => each === "resolved")).toHaveLength(
          isResolved ? 1 : 0,
        );
        if (isResolved) expect(notices.at(-1)).toBe("resolved");
      }),
    );
  });

  test("doesn't change when the same minute is evaluated again", () => {
    fc.assert(
      fc.property(fc.array(arbitraryEvent, { maxLength: 30 }), (events) => {
        let alert: Alert = PENDING;
        let at = START;
        for (const event of events) {
          at += event.minutes * MINUTE_MS;
          const next = after(alert, event.known, at);
          if (next === undefined || next === "drop") return;
          if (next.alert.state === "resolved") return;
          const again = after(next.alert, event.known, at);
          if (event.known === "nothing") expect(again).toBeUndefined();
          else
            expect(again).toMatchObject({
              alert: { ...next.alert, version: next.alert.version + 1 },
              entries: [],
              notice: undefined,
            });
          ({ alert } = next);
        }
      }),
    );
  });
});

const arbitraryEvent = fc.record({
  minutes: fc.oneof(
    { weight: 5, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  ),
  known: fc.oneof(
    { weight: 6, arbitrary: fc.constant(found("met")) },
    { weight: 2, arbitrary: fc.constant(found("between")) },
    { weight: 1, arbitrary: fc.constant(found("clear")) },
    { weight: 1, arbitrary: fc.constant<Known>("nothing") },
    { weight: 1, arbitrary: fc.constant<Known>({ over: "Off." }) },
  ),
  act: fc.option(fc.constantFrom("acknowledge", "snooze", "reopen"), {
    nil: undefined,
    freq: 6,
  }),
});

function handled(alert: Alert, act: string, at: number): Alert {
  const version = alert.version + 1;
  switch (act) {
    case "acknowledge":
      return { ...alert, version, state: "acknowledged", snoozedUntil: null };
    case "snooze":
      return {
        ...alert,
        version,
        state: "snoozed",
        snoozedUntil: at + 120 * MINUTE_MS,
      };
    default:
      return { ...alert, version, state: "firing", snoozedUntil: null };
  }
}
