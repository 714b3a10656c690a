import { BY_CALLBACK } from "../../../src/store/event-sources.ts";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { planHistory } from "../../../src/simulation/history.ts";
import { seededRandom } from "../../../src/simulation/random.ts";
import { openStore } from "../../support/open-store.ts";
import type { NewEvent, Store } from "../../../src/store/store.ts";
import { parseCallback } from "../../../src/twilio/callback.ts";
import type { FormParams } from "../../../src/twilio/form.ts";
import {
  isEventStatus,
  recordedStatus,
  type RouteChannel,
} from "../../../src/twilio/status.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { callbackParams } from "../../support/twilio-client.ts";
import { failingRecount } from "../failing-recount.ts";
import { expectRecount } from "../recount.ts";
import { makeFirstVersion } from "./first-version.ts";
import { eventsIn, messagesIn } from "../../support/rows.ts";

const TO = Date.UTC(2026, 10, 23, 12, 30);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };
const DIMENSIONS = [
  undefined,
  "errorCode",
  "country",
  "sender",
  "service",
  "channel",
] as const;

type Posted = {
  readonly route: RouteChannel;
  readonly params: FormParams;
  readonly at: number;
  readonly query: string;
};

const open = (file: string) => openStore(file);

test("a database that took every callback on the SMS route for SMS, once upgraded, equals a new one", async () => {
  using folder = tempDir();
  const [old, upgraded, anew] = ["old", "upgraded", "anew"].map((name) =>
    join(folder.path, `${name}.db`),
  );
  if (!old || !upgraded || !anew) throw new Error("There are three.");
  const taken = takenByVersionOne([...history(), ...oddMessages()]);
  const oldStore = await open(old);
  await Promise.all(taken.map(({ before }) => oldStore.recordEvent(before)));
  await oldStore.close();
  makeFirstVersion(upgraded, old);
  const anewStore = await open(anew);
  await Promise.all(taken.map(({ after }) => anewStore.recordEvent(after)));
  const upgradedStore = await open(upgraded);

  const ofUpgraded = await everything(upgradedStore);
  expect(ofUpgraded).toEqual(await everything(anewStore));
  const [messages] = ofUpgraded;
  expect(new Set(messages?.map(({ channel }) => channel)).size).toBe(4);
  for (const by of DIMENSIONS)
    for (const spanMs of [undefined, HOUR_MS, DAY_MS])
      await expectRecount(upgradedStore, { range: ALL_TIME, by, spanMs });
  await expectRecount(upgradedStore, { range: ALL_TIME, errorCode: 30008 });
  const failing = await upgradedStore.failingRecipients({ size: 1_000 });
  expect(failing.length).toBeGreaterThan(3);
  expect(failing).toEqual(await failingRecount(upgradedStore));
  await upgradedStore.close();
  await anewStore.close();
});

/** Returns some days of made-up callbacks; half of WhatsApp's arrive on the SMS route. */
function history(): Posted[] {
  return planHistory(seededRandom([7, 8, 9]), {
    accountSid: `AC${"0".repeat(32)}`,
    from: TO - 6 * DAY_MS,
    to: TO,
    messages: 1_500,
  }).map(({ params, at, query, route }) => {
    const onSms = /^SM[0-7]/.test(new Map(params).get("MessageSid") ?? "");
    return { route: onSms ? "sms" : route, params, at, query };
  });
}

/** Returns messages whose callbacks disagree about channel, status or address. */
function oddMessages(): Posted[] {
  const kinds: readonly Record<string, string>[][] = [
    [
      { MessageStatus: "undelivered", To: "whatsapp:+14155550100" },
      {
        MessageStatus: "failed",
        To: "whatsapp:+14155550100",
        ErrorCode: "63016",
      },
    ],
    [
      { MessageStatus: "sent", To: "rcs:+14155550100", From: "rcs:agent" },
      { MessageStatus: "delivered", To: "+14155550100" },
    ],
    [
      { MessageStatus: "failed", To: "+14155550101", From: "whatsapp:+1555" },
      { MessageStatus: "sent", To: "messenger:+14155550101" },
    ],
    [
      { MessageStatus: "failed", To: "whatsapp:+442071838750" },
      { MessageStatus: "undelivered", To: "rcs:+442071838751" },
    ],
    [
      { MessageStatus: "failed", To: "rcs:+442071838750" },
      { MessageStatus: "sent", ChannelToAddress: "whatsapp:+14155550123" },
    ],
    [{ MessageStatus: "failed", To: "whatsapp:US.13491208655302741918" }],
  ];
  return [1, 2, 3].flatMap((round) =>
    kinds.flatMap((callbacks, kind) =>
      callbacks.map((params, place) => ({
        route: "sms" as const,
        at: TO - round * 90 * 60_000 + kind * 1_000 + place,
        query: place === 0 ? "" : `round=${round}`,
        params: Object.entries(
          callbackParams({
            MessageSid: `SM${String(round * 100 + kind).padStart(32, "f")}`,
            ...params,
          }),
        ),
      })),
    ),
  );
}

/**
 * Returns the events that version 0.1.0 recorded, as it recorded them and as this version
 * does.
 */
function takenByVersionOne(posted: readonly Posted[]) {
  const known = new Set<string>();
  return posted
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ route, params, at, query }) => {
      const callback = parseCallback(route, params);
      if ("fault" in callback) throw new Error(callback.fault);
      const { messageStatus, ...fields } = callback;
      const status = recordedStatus(route, messageStatus);
      const isKnown = known.has(`${fields.messageSid} ${status}`);
      if (status === undefined || isKnown) return [];
      known.add(`${fields.messageSid} ${status}`);
      const circumstances = { receivedAt: at, query };
      const now = recordedStatus(fields.channel, messageStatus);
      if (now === undefined || !isEventStatus(messageStatus)) return [];
      const address = (name: string): string | null => {
        const text = new Map(params).get(name) || null;
        return route === "whatsapp"
          ? (text?.replace(/^whatsapp:/, "") ?? null)
          : text;
      };
      const before: NewEvent = {
        ...BY_CALLBACK,
        ...fields,
        ...circumstances,
        channel: route,
        status,
        to: address("To"),
        from: address("From"),
      };
      const after: NewEvent = {
        ...BY_CALLBACK,
        ...fields,
        ...circumstances,
        status: now,
      };
      return [{ before, after }];
    });
}

/** Resolves to everything that can be read, except the IDs of addresses. */
async function everything(store: Store) {
  const messages = await messagesIn(store);
  const failing = await store.failingRecipients({ size: 1_000 });
  return [
    messages.map((each) => ({ ...each, recipientId: 0, senderId: 0 })),
    await eventsIn(store),
    failing.map((each) => ({ ...each, recipientId: 0 })),
    await store.suggest("from", "", 1_000),
    await store.deliveryTimes(ALL_TIME),
  ] as const;
}
