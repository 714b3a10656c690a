import { describe, expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import { collapsed } from "../../../src/alerts/channels/summary.ts";
import type { Notice } from "../../../src/alerts/notice.ts";
import { anyNotice, FIRED_AT, FIRING, RESOLVED } from "./notices.ts";

const OTHER: Notice = {
  ...FIRING,
  severity: "warning",
  title: "Code 30034 appeared",
  links: [
    { label: "Open the alert", url: "https://sms.example.com/alerts/13" },
  ],
  at: FIRED_AT + 60_000,
  alertKey: "7c1f.13",
};
const REMINDER: Notice = {
  ...FIRING,
  kind: "reminder",
  at: FIRED_AT + 3_600_000,
};
const TAKEN: Notice = {
  ...FIRING,
  kind: "acknowledged",
  at: FIRED_AT + 120_000,
};

describe("people get", () => {
  test("a single notice as it is", () => {
    expect(collapsed([FIRING], false)).toEqual([FIRING]);
  });

  test("only the latest notice if all are of one alert", () => {
    expect(collapsed([FIRING, REMINDER], false)).toEqual([REMINDER]);
    expect(collapsed([FIRING, TAKEN, RESOLVED], false)).toEqual([RESOLVED]);
  });

  test("no acknowledgments", () => {
    expect(collapsed([TAKEN], false)).toEqual([]);
    expect(collapsed([FIRING, TAKEN], false)).toEqual([FIRING]);
  });

  test("one summary of several alerts, which says what is open and what is over", () => {
    const [summary, ...rest] = collapsed([FIRING, OTHER, RESOLVED], false);
    expect(rest).toEqual([]);
    expect(summary).toMatchObject({
      kind: "firing",
      severity: "warning",
      title: "1 alert fired and is open, 1 was resolved",
      lines: [
        "What happened since 3 Nov 2026, 14:00 UTC:",
        "Open, warning, 3 Nov 2026, 14:01 UTC: Code 30034 appeared.",
        "Resolved, 3 Nov 2026, 14:42 UTC: Fewer messages fail: 1.6% in the last 15 minutes. It lasted 42 min; at its worst, 19.3% of messages failed.",
      ],
      links: [
        {
          label: "Code 30034 appeared",
          url: "https://sms.example.com/alerts/13",
        },
        {
          label: "Fewer messages fail: 1.6% in the last 15 minutes",
          url: "https://sms.example.com/alerts/12",
        },
      ],
      at: RESOLVED.at,
    });
  });

  test("a summary in green if everything is over", () => {
    const over: Notice = { ...OTHER, kind: "resolved" };
    expect(collapsed([FIRING, over, RESOLVED], false)).toMatchObject([
      { kind: "resolved", title: "2 alerts fired and were resolved" },
    ]);
  });

  test("at most one message, whatever waits", () => {
    fc.assert(
      fc.property(fc.array(anyNotice, { maxLength: 60 }), (notices) => {
        expect(collapsed(notices, false).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("a service that follows alerts gets", () => {
  test("the latest notice of each alert, in order", () => {
    expect(collapsed([FIRING, OTHER, TAKEN], true)).toEqual([OTHER, TAKEN]);
    expect(collapsed([FIRING, OTHER, RESOLVED], true)).toEqual([
      OTHER,
      RESOLVED,
    ]);
  });
});
