import { expect, test } from "bun:test";
import type { VerdictKind } from "../../../src/errors/verdict.ts";
import { fc } from "../../support/fast-check.ts";
import { RECENT_MESSAGES, type Store } from "../../../src/store/store.ts";
import { EVENT_STATUSES } from "../../../src/twilio/status.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { atOnce, inSteps } from "../arbitrary-steps.ts";
import { eventOf } from "../events.ts";
import { followList } from "../follow-list.ts";
import { failingRecount } from "../failing-recount.ts";
import { storeContract } from "../contract.ts";

const MESSAGES = 24;
const FIRST_NUMBER = 14_155_550_000;

const arbitraryEvents = fc.array(
  fc.record({
    message: fc.nat({ max: MESSAGES - 1 }),
    status: fc.constantFrom(...EVENT_STATUSES, "failed", "undelivered"),
    // Occasionally an event names another recipient, or none.
    to: fc.constantFrom("own", "own", "own", "other", "none"),
    ErrorCode: fc.constantFrom("", "30003", "30005"),
    receivedAt: fc.nat({ max: 10_000 }),
  }),
  { maxLength: 70 },
);

const RUNS_MIN = 12;

storeContract((openStore, runs) => {
  test("a recipient's latest messages, up to a limit, are counted by status", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const record = (To: string, MessageStatus: string, messages: number) =>
      Promise.all(
        Array.from({ length: messages }, () =>
          store.recordEvent(eventOf({ To, MessageStatus })),
        ),
      );
    await record("+14155550199", "failed", 3);
    await record("+14155550123", "failed", 2);
    await record("+14155550123", "delivered", 4);
    const idOf = async (to: string): Promise<number> => {
      const field = { field: "to", negated: false, values: [to] } as const;
      const { messages } = await store.listMessages([field], { size: 1 });
      return messages[0]?.recipientId ?? 0;
    };
    const id = await idOf("+14155550123");
    const none = { sent: 0, failed: 0, undelivered: 0, delivered: 0, read: 0 };
    expect(await store.recipientCounts(id)).toEqual({
      counts: { ...none, failed: 2, delivered: 4 },
      isMore: false,
    });
    await record("+14155550123", "sent", 600);
    const { counts, isMore } = await store.recipientCounts(id);
    expect({ ...counts, sent: counts.sent > 100, isMore }).toEqual({
      ...none,
      sent: true,
      isMore: true,
    });
    expect((await store.recipientCounts(999_999)).counts).toEqual(none);
  });

  test("failing recipients equal a recount of the messages, in any order of recording", async () => {
    await using opened = await openStore();
    const { store } = opened;
    let number = FIRST_NUMBER;
    await fc.assert(
      fc.asyncProperty(arbitraryEvents, atOnce, async (events, size) => {
        // Each run has its own two recipients, so that all can share one store.
        number += 2;
        const sids = Array.from({ length: MESSAGES }, newMessageSid);
        const recipient = (message: number, to: string): string =>
          to === "none"
            ? ""
            : `+${number + ((message + (to === "own" ? 0 : 1)) % 2)}`;
        await inSteps(events, size, ({ message, status, to, ...said }) =>
          store.recordEvent(
            eventOf(
              {
                MessageSid: sids[message] ?? "",
                MessageStatus: status,
                To: recipient(message, to),
                ErrorCode: said.ErrorCode,
              },
              {
                channel: status === "read" ? "whatsapp" : "sms",
                receivedAt: said.receivedAt,
              },
            ),
          ),
        );
        expect(await store.failingRecipients({ size: 1_000 })).toEqual(
          await failingRecount(store),
        );
      }),
      // Few cases have a recipient that keeps failing.
      { numRuns: Math.max(RUNS_MIN, runs(60)) },
    );
    expect((await failingRecount(store)).length).toBeGreaterThan(0);
  });

  test("only the latest messages count, and a recipient that messages reach again isn't failing", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const failing = async () =>
      (await store.failingRecipients({ size: 10 })).map(
        ({ recipient, failures, messages }) => [recipient, failures, messages],
      );
    const To = "+14155550123";
    const send = (MessageStatus: string) =>
      store.recordEvent(eventOf({ To, MessageStatus }));
    await send("failed");
    expect(await failing()).toEqual([]);
    await send("undelivered");
    expect(await failing()).toEqual([[To, 2, 2]]);
    for (let i = 2; i < RECENT_MESSAGES; i++) await send("delivered");
    expect(await failing()).toEqual([[To, 2, RECENT_MESSAGES]]);
    await send("sent");
    expect(await failing()).toEqual([]);
  });

  test("if a failure's recipient turns out to be another, the failure moves to that one", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const [first, second] = ["+14155550123", "+442071838750"];
    const MessageSid = newMessageSid();
    const failing = async () =>
      (await store.failingRecipients({ size: 10 })).map(
        ({ recipient }) => recipient,
      );
    const record = (params: Record<string, string>) =>
      store.recordEvent(eventOf(params));
    await record({ MessageStatus: "failed", To: first });
    await record({ MessageSid, MessageStatus: "failed", To: first });
    expect(await failing()).toEqual([first]);
    await record({ MessageSid, MessageStatus: "undelivered", To: second });
    expect(await failing()).toEqual([]);
    await record({ MessageStatus: "failed", To: second });
    expect(await failing()).toEqual([second]);
  });

  test("failing recipients are paged by their latest failure and can be filtered by verdict", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const seen = ["30003", "30005", "", "30003", "30006"];
    for (const [index, ErrorCode] of seen.entries())
      for (const MessageStatus of ["failed", "failed"])
        await store.recordEvent(
          eventOf({ To: `+1415555000${index}`, MessageStatus, ErrorCode }),
        );
    const last = async (
      request: Omit<Parameters<Store["failingRecipients"]>[0], "size"> = {},
      size = 10,
    ) =>
      (await store.failingRecipients({ size, ...request })).map((each) =>
        Number(each.recipient.at(-1)),
      );
    expect(await last()).toEqual([4, 3, 2, 1, 0]);
    const [, second] = await store.failingRecipients({ size: 2 });
    expect(await last({ olderThan: second?.lastFailureId ?? 0 }, 2)).toEqual([
      2, 1,
    ]);
    const codes = { sendAgainCodes: [30003], doNotSendCodes: [30005] };
    const withVerdict = async (is: VerdictKind) => {
      await followList(store, Date.now(), {
        gone: codes.doNotSendCodes,
        optedOut: [],
        blocked: [],
        sendAgain: codes.sendAgainCodes,
      });
      return last({ verdict: { is, ...codes } });
    };
    expect(await withVerdict("send-again")).toEqual([3, 2, 0]);
    expect(await withVerdict("do-not-send")).toEqual([1]);
    expect(await withVerdict("fix-first")).toEqual([4]);
    // A third failure is too many for a number worth retrying.
    for (const recipient of [0, 2, 4])
      await store.recordEvent(
        eventOf({
          To: `+1415555000${recipient}`,
          MessageStatus: "failed",
          ErrorCode: seen[recipient] ?? "",
        }),
      );
    expect(await withVerdict("send-again")).toEqual([3]);
    expect(await withVerdict("do-not-send")).toEqual([2, 0, 1]);
    expect(await withVerdict("fix-first")).toEqual([4]);
  });
});
