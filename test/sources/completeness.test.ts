import { expect, test } from "bun:test";
import {
  receivedOfDays,
  receivedWords,
} from "../../src/sources/completeness.ts";
import { readWantedDays } from "../../src/sources/backfill.ts";
import { parseFilter } from "../../src/messages/filter-language.ts";
import { startTwilioApi, twilioHistory } from "../support/twilio-api.ts";
import { callbackOf, readingFrom } from "./sources-client.ts";
import { dayOf } from "../../src/sources/gmt-days.ts";
import { NO_OUTCOMES } from "../../src/sources/outcomes.ts";
import type { Stores } from "../../src/store/stores.ts";
import type {
  BackfillDay,
  BackfillPage,
} from "../../src/store/twilio-reading.ts";
import { newToken, ask } from "../api/api-server.ts";
import { get } from "../pages/page-client.ts";
import { eventOf } from "../store/events.ts";
import { startServer } from "../support/start-server.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 12);

const PAGE: BackfillPage = {
  ...NO_OUTCOMES,
  messages: 0,
  found: 0,
  unreadable: 0,
  nextPage: null,
};

function dayWith(counts: Partial<BackfillDay>): BackfillDay {
  const state = { wantedAt: NOW, pages: 1, afterEventId: 0, readAt: NOW };
  return { ...PAGE, day: "2026-11-23", ...state, ...counts };
}

/** Adds a day that was read, `ago` days before now. */
async function readDay(
  { backfills }: Pick<Stores, "backfills">,
  ago: number,
  counts: Partial<BackfillPage>,
  isRead = true,
): Promise<string> {
  const day = dayOf(NOW - ago * DAY_MS);
  await backfills.want([day], NOW);
  await backfills.addPage(
    { day, wantedAt: NOW },
    { ...PAGE, ...counts },
    isRead ? NOW : null,
  );
  return day;
}

test.each([
  [{ received: 5, missed: 0 }, "100%"],
  [{ received: 99_999, missed: 1 }, "99.99%"],
  [{ received: 999_999, missed: 1 }, "99.99%"],
  [{ received: 1, missed: 2 }, "33.33%"],
  [{ received: 0, missed: 2 }, "0.00%"],
])("%j is told as %s", (received, words) => {
  expect(receivedWords(received)).toBe(words);
});

test("days that aren't read, and messages that Twilio refused, don't count", () => {
  expect(receivedOfDays([])).toBeUndefined();
  expect(
    receivedOfDays([
      dayWith({ day: "2026-11-20", byCallback: 7, byApi: 3, readAt: null }),
      dayWith({ day: "2026-11-21", byCallback: 90, byStream: 4, byBoth: 3 }),
      dayWith({ day: "2026-11-22", byApi: 5, missedRejected: 2 }),
    ]),
  ).toEqual({
    received: 97,
    missed: 3,
    from: "2026-11-21",
    to: "2026-11-22",
  });
  expect(
    receivedOfDays([dayWith({ byApi: 2, missedRejected: 2 })]),
  ).toBeUndefined();
});

test("without a key, the page says how to begin; the overview and the API say nothing", async () => {
  await using server = await startServer({}, () => NOW);
  const page = await get(`${server.origin}/completeness`);
  expect(page.status).toBe(200);
  expect(page.text).toContain("No day was compared with Twilio yet.");
  expect(page.text).toContain("TWILIO_API_KEY");
  await server.store.recordEvent(eventOf({}, { receivedAt: NOW - 1_000 }));
  const overview = await get(server.origin);
  expect(overview.text).not.toContain("found in Twilio");
  const token = await newToken(server.store);
  const { body } = await ask(server.origin, "/completeness", token);
  expect(body).toEqual({ data: [] });
});

test("page, overview and API say the same of each day, and why outcomes were missed", async () => {
  await using server = await startServer({}, () => NOW);
  const { store, origin } = server;
  await store.recordEvent(eventOf({}, { receivedAt: NOW - 1_000 }));
  // Too long ago for the overview.
  await readDay(store, 20, { messages: 10, byApi: 10, missedAway: 10 });
  const day = await readDay(store, 2, {
    messages: 20_000,
    found: 12,
    unreadable: 1,
    byCallback: 19_900,
    byStream: 40,
    byBoth: 38,
    byApi: 15,
    missedAway: 5,
    missedRefused: 4,
    missedRejected: 3,
    missedNoUrl: 2,
  });
  const half = await readDay(store, 1, { messages: 8, byApi: 8 }, false);

  const overview = await get(origin);
  expect(overview.text).toContain('href="/completeness">99.93% received</a>');
  expect(overview.text).toContain("; 12 found in Twilio");
  expect(overview.text).toContain(`${day} to ${day}.`);

  const page = await get(`${origin}/completeness`);
  expect(page.text).toContain(
    "99.89% of 20,000 outcomes were received, 2026-11-04 to 2026-11-22; 22 were missed and read from Twilio.",
  );
  const text = page.text.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
  expect(text).toContain(
    `${day} 20,000 19,900 40 38 15 Likely causes: 5 no server was running 4 callbacks were refused 2 their service’s callbacks don’t come here 3 Twilio didn’t accept the message, and posts no callback then 1 unknown 7 messages have no outcome: queued, scheduled or canceled.`,
  );
  expect(text).toContain(`${half} being read 8 0 0 0 8`);

  const token = await newToken(store);
  const { body } = await ask(origin, "/completeness?days=7", token);
  expect(body.data).toEqual([
    expect.objectContaining({ day: half, readAt: null }),
    {
      day,
      messages: 20_000,
      received: 19_978,
      missed: 12,
      byCallback: 19_900,
      byStream: 40,
      byBoth: 38,
      onlyFromApi: 15,
      likelyCauses: {
        serverAway: 5,
        refused: 4,
        noCallbackUrl: 2,
        rejected: 3,
        unknown: 1,
      },
      unreadable: 1,
      readAt: new Date(NOW).toISOString(),
    },
  ]);
  expect(
    (await ask(origin, "/completeness?days=0", token)).status,
  ).toBeGreaterThanOrEqual(400);
});

test("each number of the page counts the messages of the list that it leads to", async () => {
  const from = NOW - 2 * DAY_MS - (NOW % DAY_MS);
  const history = twilioHistory(120, from + DAY_MS / 4, from + DAY_MS / 2);
  using stub = startTwilioApi(history);
  await using server = await startServer(stub.env, () => NOW);
  const { store, origin } = server;
  const sent = history.filter(({ direction }) => direction !== "inbound");
  for (const [index, message] of sent.entries()) {
    const callback = callbackOf(message, message.sentAt + 2_000);
    const stream = { ...callback, source: "stream" as const, params: [] };
    // Of every seventh message, one status was missed.
    const first = { ...callback, status: "sent" as const };
    if (index % 7 === 0) await store.recordEvent(first);
    else if (index % 3 !== 1) await store.recordEvent(callback);
    if (index % 7 !== 0 && index % 3 > 0) await store.recordEvent(stream);
  }
  await store.recordEvent(
    eventOf({ AccountSid: `AC${"9".repeat(32)}` }, { receivedAt: NOW }),
  );
  await store.backfills.want([dayOf(from)], NOW, {
    aliveAt: NOW,
    dailyThrough: "2026-11-23",
    failure: null,
  });
  const { signal } = new AbortController();
  await readWantedDays({ ...readingFrom(stub, () => NOW, signal), store });
  const [day] = await store.backfills.days(dayOf(from), dayOf(from));
  const counts = [day?.byCallback, day?.byStream, day?.byBoth, day?.byApi];
  expect(counts.every((count = 0) => count > 10)).toBe(true);
  const { text } = await get(`${origin}/completeness`);
  expect(text).toContain("Only the account");
  const links = [
    ...text.matchAll(
      /href="\/messages\?q=(source[^"]+|-source[^"]+)"[^>]*>([\d,]+)</g,
    ),
  ];
  expect(links.map(([, , count]) => Number(count))).toEqual(
    counts.map((count = 0) => count),
  );
  for (const [, q = "", count] of links) {
    const { filter, mistakes } = parseFilter(decodeURIComponent(q), NOW);
    expect(mistakes).toEqual([]);
    expect(await store.countMessages(filter)).toEqual({
      count: Number(count),
      isMore: false,
    });
  }
});

test("when Twilio can't be read, the page says why", async () => {
  await using server = await startServer({}, () => NOW);
  const failure = { at: NOW, reason: "Twilio doesn't accept the API key." };
  await server.store.backfills.want([], NOW, {
    aliveAt: NOW,
    dailyThrough: "2026-11-22",
    failure,
  });
  const { text } = await get(`${server.origin}/completeness`);
  expect(text).toContain("Twilio’s list couldn’t be read at");
  expect(text).toContain("accept the API key.");
});
