import { expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import type { MessageRow } from "../../../src/store/store.ts";
import type { ErrorCodeFacts } from "../../../src/store/tally.ts";
import type { TimeRange } from "../../../src/time/time-range.ts";
import { eventOf } from "../events.ts";
import { messagesIn } from "../../support/rows.ts";
import { storeContract } from "../contract.ts";

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 10, 1);
const CODES = [30003, 30005, 63016, 99999];
const RECIPIENTS = [
  "",
  ...Array.from({ length: 50 }, (_, index) => `+1415555${1_000 + index}`),
];

storeContract((openStore, runs) => {
  test("error code facts equal those of the messages", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            ErrorCode: fc.constantFrom("", ...CODES.slice(0, 3).map(String)),
            To: fc.constantFrom(...RECIPIENTS),
            laterMs: fc.integer({ min: -HOUR_MS / 2, max: HOUR_MS }),
          }),
          { minLength: 1, maxLength: 40, size: "max" },
        ),
        fc.integer({ min: -2 * HOUR_MS, max: 10 * HOUR_MS }),
        fc.integer({ min: 1, max: 10 * HOUR_MS }),
        async (messages, after, lengthMs) => {
          await using opened = await openStore();
          const { store } = opened;
          let receivedAt = START;
          for (const { laterMs, ...params } of messages) {
            receivedAt += laterMs;
            await store.recordEvent(
              eventOf({ ...params, MessageStatus: "failed" }, { receivedAt }),
            );
          }
          const from = START + after;
          const range = { from, to: from + lengthMs };
          const all = await messagesIn(store);
          const facts = await store.errorCodeFacts(CODES, range);
          expect(facts.toSorted((a, b) => a.errorCode - b.errorCode)).toEqual(
            CODES.flatMap((code) => factsOf(all, code, range)),
          );
        },
      ),
      { numRuns: runs(30) },
    );
  });

  test("an error code's recipients are counted up to a limit", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await Promise.all(
      Array.from({ length: 1_001 }, (_, index) =>
        store.recordEvent(
          eventOf(
            {
              MessageStatus: "failed",
              ErrorCode: "30003",
              To: `+1415555${1_000 + index}`,
            },
            { receivedAt: START },
          ),
        ),
      ),
    );
    const range = { from: START, to: START + HOUR_MS };
    expect(await store.errorCodeFacts([30003], range)).toMatchObject([
      { recipients: { count: 1_000, isMore: true } },
    ]);
  });

  test("with messages of other times in between, the search stops at its limit and says that there may be more", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const params = { MessageStatus: "failed", ErrorCode: "30003" };
    const record = (receivedAt: number) =>
      store.recordEvent(eventOf(params, { receivedAt }));
    await record(START);
    await Promise.all(
      Array.from({ length: 2_100 }, () => record(START + 5 * HOUR_MS)),
    );
    await record(START);
    const range = { from: START, to: START + HOUR_MS };
    expect(await store.errorCodeFacts([30003], range)).toMatchObject([
      { recipients: { count: 1, isMore: true } },
    ]);
  });

  test("without error codes there are no facts", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await store.recordEvent(eventOf({ ErrorCode: "30003" }));
    expect(await store.errorCodeFacts([], { from: 0, to: START })).toEqual([]);
  });
});

function factsOf(
  all: readonly MessageRow[],
  errorCode: number,
  { from, to }: TimeRange,
): ErrorCodeFacts[] {
  const messages = all.filter((message) => message.errorCode === errorCode);
  const [first] = messages;
  const last = messages.at(-1);
  if (first === undefined || last === undefined) return [];
  const recipients = messages
    .filter(({ firstEventAt }) => firstEventAt >= from && firstEventAt < to)
    .flatMap(({ to: recipient }) => recipient ?? []);
  return [
    {
      errorCode,
      recipients: { count: new Set(recipients).size, isMore: false },
      firstSeenAt: first.firstEventAt,
      lastSeenAt: last.firstEventAt,
    },
  ];
}
