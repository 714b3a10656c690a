import { expect, test } from "bun:test";
import { NO_OUTCOMES, type Outcomes } from "../../src/overview/outcomes.ts";
import { headline, mainReason } from "../../src/overview/headline.ts";

const SAME = { kind: "same" } as const;

test("the title describes delivery, starting with a drop or rise if there was one", () => {
  const usual = outcomes({ arrived: 960, failed: 40 });
  const fell = { kind: "less", by: 6.1, unit: "points" } as const;
  const rose = { kind: "more", by: 2, unit: "points" } as const;
  const cases = [
    [outcomes({}), SAME, "No messages"],
    [outcomes({ inFlight: 1 }), SAME, "1 message in flight"],
    [outcomes({ inFlight: 12 }), SAME, "12 messages in flight"],
    [outcomes({ arrived: 3, failed: 1 }), SAME, "3 of 4 messages delivered"],
    [
      outcomes({ arrived: 100, inFlight: 3 }),
      SAME,
      "Every message was delivered",
    ],
    [usual, SAME, "96.0% of messages are delivered"],
    [usual, { ...fell, by: 1.9 }, "96.0% of messages are delivered"],
    [usual, fell, "Delivery fell to 96.0%"],
    [usual, rose, "Delivery rose to 96.0%"],
  ] as const;
  for (const [total, change, words] of cases)
    expect(headline(total, change)).toBe(words);
});

test("the main reason is the first code, if it explains more than one of the failed messages", () => {
  const total = outcomes({ arrived: 90, failed: 6, undelivered: 4 });
  const code = (errorCode: number, of: Partial<Outcomes>) => ({
    errorCode,
    outcomes: outcomes(of),
    trend: [],
  });
  expect(
    mainReason(total, [
      code(30003, { undelivered: 4, failed: 3 }),
      code(63018, { arrived: 40, failed: 1 }),
    ]),
  ).toBe(
    "10 messages failed, 7 of them because of error 30003: Unreachable destination handset.",
  );
  // One of ten isn't the main reason.
  expect(mainReason(total, [code(30003, { failed: 1 })])).toBe(
    "10 messages failed.",
  );
  expect(mainReason(total, [])).toBe("10 messages failed.");
  expect(mainReason(outcomes({ failed: 1 }), [code(1, { failed: 1 })])).toBe(
    "1 message failed, because of error 1: unknown to this version.",
  );
  expect(mainReason(outcomes({ arrived: 5 }), [])).toBe("Nothing failed.");
  expect(mainReason(outcomes({ inFlight: 5 }), [])).toBe("");
});

function outcomes(given: Partial<Outcomes>): Outcomes {
  const all = { ...NO_OUTCOMES, ...given };
  return {
    ...all,
    messages: all.arrived + all.inFlight + all.undelivered + all.failed,
  };
}
