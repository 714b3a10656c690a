import { expect, test } from "bun:test";
import { suppressionCodes } from "../../../src/errors/verdict.ts";
import {
  FeedPosition,
  FeedPositionGone,
} from "../../../src/store/feed-position.ts";
import { StoreUnavailable } from "../../../src/store/store.ts";
import type { Stores } from "../../../src/store/stores.ts";
import {
  isFailure,
  type Channel,
  type RouteChannel,
} from "../../../src/twilio/status.ts";
import { fc } from "../../support/fast-check.ts";
import { messagesIn } from "../../support/rows.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import { followList } from "../follow-list.ts";
import { storeContract } from "../contract.ts";
import { runsOf } from "../../support/long-runs.ts";

const TO = "+14155550123";
const AT = Date.UTC(2026, 10, 23, 12);
const BY = { at: AT + 60_000, actor: "ana", address: null };
const ALL = { size: 100 };
const GONE = "30005";
const OPTED_OUT = "21610";
const UNREACHABLE = "30003";
const CONTENT = "30007";

/** Records a message with each of these outcomes, oldest first: `delivered`, `sent`, or an error code. */
async function record(
  store: Stores,
  outcomes: readonly string[],
  To = TO,
  channel: RouteChannel = "sms",
): Promise<string[]> {
  const sids: string[] = [];
  for (const outcome of outcomes) {
    const MessageSid = newMessageSid();
    const isCode = /^\d+$/.test(outcome);
    const ErrorCode = isCode ? outcome : "";
    const MessageStatus = isCode ? "failed" : outcome;
    await store.recordEvent(
      eventOf(
        { MessageSid, MessageStatus, To, ErrorCode },
        { channel, receivedAt: AT + sids.length },
      ),
    );
    sids.push(MessageSid);
  }
  return sids;
}

/** The list as `number channel reason`, and each change as `kind reason`. */
async function listOf({ suppressions }: Pick<Stores, "suppressions">) {
  return (await suppressions.list(ALL)).map(
    ({ recipient, channel, reason }) => `${recipient} ${channel} ${reason}`,
  );
}

async function changesOf({ suppressions }: Pick<Stores, "suppressions">) {
  const start = await suppressions.changesStart();
  const { changes } = await suppressions.changesAfter(start, 1_000);
  return changes.map(({ kind, reason }) => `${kind} ${reason}`);
}

storeContract((openStore) => {
  test("numbers that are gone, opted out, blocked or keep failing are listed with the reason and since when", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const number = (last: number) => `+1415555010${last}`;
    const [goneSid] = await record(store, [GONE], number(1));
    await record(store, [UNREACHABLE, OPTED_OUT], number(2));
    await record(store, ["30004"], number(3));
    await record(store, Array(3).fill(UNREACHABLE), number(4));
    await record(store, Array(2).fill(UNREACHABLE), number(5));
    await record(store, Array(5).fill(CONTENT), number(6));
    await record(store, ["delivered", "sent"], number(7));
    expect(await followList(store, AT + 5_000)).toBe(4);
    expect(await listOf(store)).toEqual([
      `${number(4)} sms keeps-failing`,
      `${number(3)} sms blocked`,
      `${number(2)} sms opted-out`,
      `${number(1)} sms gone`,
    ]);
    const [, , optedOut, gone] = await store.suppressions.list(ALL);
    expect(gone).toEqual({
      recipientId: expect.any(Number),
      recipient: number(1),
      country: "US",
      channel: "sms",
      reason: "gone",
      errorCode: 30005,
      since: AT,
      messageSid: goneSid ?? "",
      changeId: 1,
    });
    // Since the first failure, not since the one that decided.
    expect(optedOut).toMatchObject({ errorCode: 21610, since: AT });
    expect(await store.suppressions.of(gone?.recipientId ?? 0)).toEqual(
      gone === undefined ? [] : [gone],
    );
    expect(await store.suppressions.ofAddress(number(1))).toHaveLength(1);
    expect(await store.suppressions.ofAddress("+1415555010")).toEqual([]);
  });

  test("a number comes off the list when a later message is delivered, and a later failure puts it back", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await record(store, [GONE]);
    await followList(store);
    await record(store, ["sent"]);
    await followList(store);
    expect(await listOf(store)).toEqual([`${TO} sms gone`]);
    await record(store, ["delivered"]);
    await followList(store);
    expect(await listOf(store)).toEqual([]);
    await record(store, [GONE]);
    await followList(store);
    expect(await listOf(store)).toEqual([`${TO} sms gone`]);
    expect(await changesOf(store)).toEqual([
      "added gone",
      "delivered gone",
      "added gone",
    ]);
  });

  test("a delivery receipt of an earlier message takes nothing off the list", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const [earlier = ""] = await record(store, ["sent", GONE]);
    await followList(store);
    await store.recordEvent(
      eventOf({ MessageSid: earlier, MessageStatus: "delivered", To: TO }),
    );
    expect(await followList(store)).toBe(0);
    expect(await listOf(store)).toEqual([`${TO} sms gone`]);
  });

  test("each channel has its own entry", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await record(store, [OPTED_OUT]);
    await record(store, ["delivered"], TO, "whatsapp");
    await followList(store);
    expect(await listOf(store)).toEqual([`${TO} sms opted-out`]);
    await record(store, ["63003"], TO, "whatsapp");
    await record(store, ["delivered"]);
    await followList(store);
    expect(await listOf(store)).toEqual([`${TO} whatsapp gone`]);
  });

  test("a removed number stays off the list until a later message fails, and the removal is audited", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const { suppressions } = store;
    const [early = ""] = await record(store, ["sent", GONE]);
    await followList(store);
    const [entry] = await suppressions.list(ALL);
    const removal = {
      recipientId: entry?.recipientId ?? 0,
      channel: "sms" as const,
      note: "wrote that it works again",
      subject: "+1415555••••",
    };
    expect(await suppressions.remove(removal, BY)).toBe(true);
    expect(await suppressions.remove(removal, BY)).toBe(false);
    // Neither a repetition nor a message that was sent before puts it back.
    await store.recordEvent(
      eventOf({
        MessageSid: early,
        MessageStatus: "failed",
        To: TO,
        ErrorCode: GONE,
      }),
    );
    expect(await followList(store)).toBe(0);
    expect(await listOf(store)).toEqual([]);
    const [removed] = await suppressions.history(removal.recipientId, 1);
    expect(removed).toMatchObject({
      kind: "removed",
      at: BY.at,
      actor: "ana",
      note: removal.note,
      reason: "gone",
    });
    expect(await store.audit.list({ size: 1 })).toMatchObject([
      { actor: "ana", kind: "change", subject: "+1415555••••" },
    ]);
    await record(store, [GONE]);
    await followList(store);
    expect(await listOf(store)).toEqual([`${TO} sms gone`]);
  });

  test("the list depends on the messages alone, not on the order or repetition of callbacks or when they were read", async () => {
    await using opened = await openStore();
    const { store } = opened;
    let number = 14_155_560_000;
    const outcome = fc.constantFrom(
      "delivered",
      "sent",
      GONE,
      OPTED_OUT,
      UNREACHABLE,
      CONTENT,
      "",
    );
    const messages = fc.array(
      fc.record({ outcome, channel: fc.constantFrom("sms", "whatsapp") }),
      { minLength: 1, maxLength: 14 },
    );
    const runs = messages.chain((sent) => {
      const callbacks = sent.flatMap((_, message) => [
        { message, isFirst: false },
        { message, isFirst: true },
      ]);
      const repeated = [...callbacks, ...callbacks.slice(0, 4)];
      const shuffled = fc.shuffledSubarray(repeated, {
        minLength: repeated.length,
      });
      return fc.tuple(
        fc.constant(sent),
        fc.array(fc.tuple(shuffled, fc.nat({ max: 5 })), {
          minLength: 2,
          maxLength: 3,
        }),
      );
    });
    await fc.assert(
      fc.asyncProperty(runs, async ([sent, orders]) => {
        const results: string[][] = [];
        for (const [order, every] of orders) {
          const To = `+${(number += 1)}`;
          const sids = sent.map(newMessageSid);
          const post = (message: number, isFirst: boolean) => {
            const { outcome: what = "", channel = "sms" } = sent[message] ?? {};
            const isCode = /^\d*$/.test(what);
            return store.recordEvent(
              eventOf(
                {
                  MessageSid: sids[message] ?? "",
                  To,
                  MessageStatus:
                    isFirst || !isCode ? (isFirst ? "sent" : what) : "failed",
                  ErrorCode: !isFirst && isCode ? what : "",
                },
                { channel: channel === "sms" ? "sms" : "whatsapp" },
              ),
            );
          };
          // Messages are in the order in which they were first seen.
          for (const message of sent.keys()) await post(message, true);
          for (const [place, { message, isFirst }] of order.entries()) {
            await post(message, isFirst);
            if (every > 0 && place % every === 0) await followList(store);
          }
          await followList(store);
          expect(await followList(store)).toBe(0);
          const entries = await store.suppressions.ofAddress(To);
          expect(
            entries.map(({ channel, reason }) => `${channel} ${reason}`),
          ).toEqual(await recount(store, To));
          results.push(
            entries.map(
              ({ channel, reason, errorCode, messageSid }) =>
                `${channel} ${reason} ${errorCode} ${sids.indexOf(messageSid ?? "")}`,
            ),
          );
        }
        for (const result of results) expect(result).toEqual(results[0] ?? []);
      }),
      { numRuns: runsOf(25) },
    );
  });

  test("a message that turns out to have gone to another number moves the entry there", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    const fail = (To: string, MessageStatus: string) =>
      store.recordEvent(
        eventOf({ MessageSid, MessageStatus, To, ErrorCode: GONE }),
      );
    await fail(TO, "failed");
    await followList(store);
    await fail("+442071838750", "undelivered");
    await followList(store);
    expect(await listOf(store)).toEqual(["+442071838750 sms gone"]);
    expect(await changesOf(store)).toContain("expired gone");
  });

  test("the list is paged, filtered by reason and read in steps", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const { suppressions } = store;
    for (let i = 0; i < 120; i++)
      await record(
        store,
        [i % 3 === 0 ? GONE : OPTED_OUT],
        `+1415555${1_000 + i}`,
      );
    await followList(store);
    const first = await suppressions.list({ size: 50 });
    const olderThan = first.at(-1)?.changeId;
    const second = await suppressions.list({ size: 100, olderThan });
    expect(second).toHaveLength(70);
    const every = (await Array.fromAsync(suppressions.every({}))).flat();
    expect(every).toEqual([...first, ...second]);
    const gone = { reason: "gone" as const };
    expect(await suppressions.list({ ...gone, size: 100 })).toHaveLength(40);
    expect((await Array.fromAsync(suppressions.every(gone))).flat()).toEqual(
      every.filter(({ reason }) => reason === "gone"),
    );
  });

  test("changes are read from a cursor, and a cursor of another ledger is refused", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const { suppressions } = store;
    for (let i = 0; i < 5; i++) await record(store, [GONE], `+1415555010${i}`);
    await followList(store, AT + 1);
    let position = await suppressions.changesStart();
    const seen: number[] = [];
    for (;;) {
      const { changes, next } = await suppressions.changesAfter(position, 2);
      if (changes.length === 0) break;
      seen.push(...changes.map(({ id }) => id));
      const read = FeedPosition.read(next.text, "suppressions");
      expect(read?.isSame(next)).toBe(true);
      expect(FeedPosition.read(next.text)).toBeUndefined();
      position = next;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(position.isSame(await suppressions.changesEnd())).toBe(true);
    for (const other of [
      new FeedPosition("0123456789abcdef", 1, "suppressions"),
      new FeedPosition(undefined, 1, "suppressions"),
    ])
      expect(suppressions.changesAfter(other, 1)).rejects.toBeInstanceOf(
        FeedPositionGone,
      );
  });

  test("entries that a period added are found if they are still on the list", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await record(store, [GONE], "+14155550101");
    await followList(store, AT);
    await record(store, [GONE], "+14155550102");
    await record(store, [GONE], "+14155550103");
    await followList(store, AT + 1_000);
    await record(store, ["delivered"], "+14155550103");
    await followList(store, AT + 2_000);
    const added = async (from: number, to: number) =>
      (await store.suppressions.addedIn({ from, to }, 10)).map(
        ({ recipient }) => recipient,
      );
    expect(await added(AT + 1, AT + 5_000)).toEqual(["+14155550102"]);
    expect(await added(AT, AT + 1_000)).toEqual(["+14155550101"]);
  });

  test("two readers at once make each change once", async () => {
    await using opened = await openStore();
    const { store } = opened;
    for (let i = 0; i < 30; i++)
      await record(store, [GONE], `+1415555${2_000 + i}`);
    await Promise.all([followList(store), followList(store)]);
    await followList(store);
    expect(await changesOf(store)).toHaveLength(30);
    expect(await listOf(store)).toHaveLength(30);
  });

  test("the list is refused as unavailable once the store is closed", async () => {
    await using opened = await openStore();
    const { suppressions } = opened.store;
    const start = await suppressions.changesStart();
    await opened.store.close();
    const removal = { recipientId: 1, channel: "sms", note: "", subject: "" };
    const results = await Promise.allSettled([
      suppressions.follow(suppressionCodes(), AT),
      suppressions.isComplete(),
      suppressions.list(ALL),
      Array.fromAsync(suppressions.every({})),
      suppressions.of(1),
      suppressions.ofAddress(TO),
      suppressions.history(1, 1),
      suppressions.remove({ ...removal, channel: "sms" }, BY),
      suppressions.addedIn({ from: 0, to: AT }, 1),
      suppressions.changesStart(),
      suppressions.changesEnd(),
      suppressions.changesAfter(start, 1),
    ]);
    for (const result of results)
      expect(result).toMatchObject({ reason: expect.any(StoreUnavailable) });
  });

  test("retention takes numbers off the list with the messages that were the reason", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const HOUR_MS = 3_600_000;
    const fail = (To: string, receivedAt: number, ErrorCode = GONE) =>
      store.recordEvent(
        eventOf({ MessageStatus: "failed", To, ErrorCode }, { receivedAt }),
      );
    await fail("+14155550101", AT);
    await fail("+14155550102", AT);
    await fail("+14155550102", AT + 2 * HOUR_MS, CONTENT);
    await fail("+14155550103", AT + 2 * HOUR_MS);
    await followList(store, AT);
    expect(await listOf(store)).toHaveLength(3);
    await store.upkeep.prune(AT + HOUR_MS);
    await followList(store, AT + 3 * HOUR_MS);
    expect(await listOf(store)).toEqual(["+14155550103 sms gone"]);
    expect(await changesOf(store)).toEqual(["expired gone"]);
    // A cursor from before is still one of this feed.
    expect((await store.suppressions.changesEnd()).order).toBe(4);
  });

  test("an entry stays while its reason is stored, however many messages came since", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const HOUR_MS = 3_600_000;
    await store.recordEvent(
      eventOf({ MessageStatus: "sent", To: TO }, { receivedAt: AT - HOUR_MS }),
    );
    await record(store, [GONE]);
    await followList(store, AT);
    await record(store, Array(60).fill("sent"), TO, "whatsapp");
    await store.upkeep.prune(AT);
    expect(await followList(store, AT)).toBe(0);
    expect(await listOf(store)).toEqual([`${TO} sms gone`]);
    expect(
      (await store.suppressions.follow(suppressionCodes(), AT)).isMore,
    ).toBe(false);
  });

  test("an erased number is on no list and in no change", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const [MessageSid = ""] = await record(store, [GONE]);
    await record(store, [GONE], "+14155550199");
    await followList(store);
    await store.upkeep.erase(TO.slice(1));
    await store.recordEvent(
      eventOf({ MessageSid, MessageStatus: "undelivered", To: "" }),
    );
    await followList(store);
    expect(await listOf(store)).toEqual(["+14155550199 sms gone"]);
    expect(await changesOf(store)).toEqual(["added gone"]);
  });
});

/** Which entries a number has, decided message by message. */
async function recount(store: Stores, to: string): Promise<string[]> {
  const codes = suppressionCodes();
  const own = await messagesIn(store, [
    { negated: false, field: "to", values: [to] },
  ]);
  const channels: readonly Channel[] = ["sms", "whatsapp"];
  return channels.flatMap((channel) => {
    const sent = own.filter((message) => message.channel === channel);
    const isDelivered = (status: string) =>
      status === "delivered" || status === "read";
    const last = sent.findLastIndex(({ status }) => isDelivered(status));
    const failures = sent
      .slice(last + 1)
      .filter(({ status }) => isFailure(status))
      .toReversed();
    for (const { errorCode } of failures) {
      if (errorCode === null) continue;
      if (codes.gone.includes(errorCode)) return `${channel} gone`;
      if (codes.optedOut.includes(errorCode)) return `${channel} opted-out`;
    }
    const [latest] = failures;
    if (latest === undefined || latest.errorCode === Number(CONTENT)) return [];
    const recent = sent.slice(-10).filter(({ status }) => status !== "sent");
    const failed = recent.filter(({ status }) => isFailure(status)).length;
    return failed >= 3 && failed * 2 >= recent.length
      ? `${channel} keeps-failing`
      : [];
  });
}
