import { expect, test } from "bun:test";
import { planHistory } from "../../src/simulation/history.ts";
import { seededRandom } from "../../src/simulation/random.ts";
import { recordHistory } from "../../src/simulation/record-history.ts";
import { eventOf } from "../store/events.ts";
import { startServer } from "../support/start-server.ts";
import { get, linkById, linksIn, sidsIn } from "./page-client.ts";

/*
 * Every number that leads to a list of messages, on every page, in every range, with the
 * count of that list.
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Filters of the overview, whose counts are kept or not. */
const FILTERS = [
  "country:US",
  "from:ACME",
  "channel:whatsapp,rcs",
  "-country:US",
  "channel:sms country:GB,US",
  `account:AC${"0".repeat(32)} -from:40404`,
  "tag:campaign",
];
/** A fixed time in the middle of an hour, so that pages and lists mean the same period. */
const NOW = Date.UTC(2026, 10, 23, 14, 37, 20);

const AT_ONCE = 200;

/** Senders that a filter could confuse with each other or with something else. */
const SENDERS = [
  "AC",
  "ACME",
  "ACME 2",
  "~1",
  'say "hi"',
  "a,b",
  "-x",
  "40404",
];

async function startWithHistory(env: Record<string, string> = {}) {
  const server = await startServer(env, () => NOW);
  const { store } = server;
  const history = planHistory(seededRandom([7, 1, 3]), {
    accountSid: `AC${"0".repeat(32)}`,
    from: NOW - 20 * DAY_MS,
    to: NOW - 1_000,
    messages: 4_000,
  });
  await recordHistory(store, history, new AbortController().signal);
  // More in one hour, and with one status, than a search counts; and a day ago, where the
  // range of 24 hours begins within an hour.
  const burst = Array.from({ length: 1_300 }, (_, index) => ({
    receivedAt: NOW - (index % 30) * 60_000,
    From: SENDERS[index % SENDERS.length] ?? "",
  }));
  const dayAgo = Array.from({ length: 240 }, (_, index) => ({
    receivedAt: NOW - DAY_MS + (index - 120) * 15_000,
    From: SENDERS[index % SENDERS.length] ?? "",
  }));
  const all = [...dayAgo, ...burst].map(({ receivedAt, From }, index) => ({
    ...eventOf(
      index % 7 === 0
        ? { MessageStatus: "undelivered", ErrorCode: "30003" }
        : { MessageStatus: "delivered" },
      { receivedAt },
    ),
    from: From,
  }));
  // A busy machine refuses what waits too long.
  for (let begin = 0; begin < all.length; begin += AT_ONCE)
    await Promise.all(
      all
        .slice(begin, begin + AT_ONCE)
        .map((event) => store.recordEvent(event)),
    );
  return server;
}

type Claim = {
  readonly count: number;
  readonly isMore: boolean;
  readonly list: string;
};

const LIST = /\/messages\?[^"]*/;
const NUMBER = /([\d,]+)(\+)?/;

const claimOf = (text: string | undefined, list: string | undefined) => {
  const [, digits, plus] = NUMBER.exec(text ?? "") ?? [];
  return digits === undefined || list === undefined
    ? []
    : [
        {
          count: Number(digits.replaceAll(",", "")),
          isMore: plus !== undefined,
          list: list.replaceAll("&amp;", "&"),
        },
      ];
};

/**
 * Returns what a page claims about its lists: numbers that are links, and those next to one
 * in its row.
 */
function claimsOn(html: string): Claim[] {
  const text = html.replaceAll(/<svg.*?<\/svg>/gs, "");
  const claims: Claim[] = [];
  for (const [link] of text.matchAll(/<a [^>]*href="\/messages\?.*?<\/a>/gs)) {
    const list = LIST.exec(link)?.[0];
    const inside = link.slice(link.indexOf(">") + 1, -"</a>".length);
    const [, tip] = /<span>([\d,]+\+? messages?)<\/span>/.exec(inside) ?? [];
    const [, bold] = /<b>([\d,]+\+?)<\/b>$/.exec(inside.trim()) ?? [];
    const isNumber =
      /^(?:All )?[\d,]+\+?(?: messages?(?: (?:is|are) stuck)?)?$/.test(inside);
    if (tip ?? bold) claims.push(...claimOf(tip ?? bold, list));
    else if (isNumber) claims.push(...claimOf(inside, list));
  }
  for (const [row] of text.matchAll(/<tr\b.*?<\/tr>/gs)) {
    const beside =
      /<th scope="row"><a href="(\/messages\?[^"]*)">.*?<td>([\d,]+)<\/td>/s.exec(
        row,
      ) ??
      /class="row-link" href="(\/messages\?[^"]*)".*?class="col-amount"[^>]*>([\d,]+)</s.exec(
        row,
      );
    if (beside) claims.push(...claimOf(beside[2], beside[1]));
  }
  return claims;
}

/** Returns how many messages a list says that it has. */
function countIn(html: string): Omit<Claim, "list"> {
  const [, text] =
    /<p class="count"><b>([\d,]+\+? messages?)</.exec(html) ?? [];
  const [{ count, isMore } = { count: 0, isMore: false }] = claimOf(text, "");
  return { count, isMore };
}

test.each([
  ["whole", {}],
  ["masked", { MASK_NUMBERS: "true" }],
] as const)(
  "each count links to a list of that many messages, with %s numbers",
  async (_, env) => {
    await using server = await startWithHistory(env);
    const { origin } = server;
    const paths = [
      ...["1h", "24h", "7d", "30d"].map((range) => `range=${range}`),
      "from=2026-11-20",
      "from=2026-11-05&to=2026-11-12",
    ].flatMap((range) => [
      `/?${range}`,
      `/errors?all=1&${range}`,
      `/errors/30003?${range}`,
      `/errors/63016?${range}`,
    ]);
    for (const q of FILTERS)
      for (const range of ["range=24h", "range=7d", "from=2026-11-05"])
        paths.push(`/?${range}&q=${encodeURIComponent(q)}`);
    paths.push("/report", "/report?month=2026-10");
    const counts = new Map<string, Omit<Claim, "list">>();
    let compared = 0;
    for (const path of [...paths, "/messages"]) {
      const { status, text } = await get(origin + path);
      expect([path, status]).toEqual([path, 200]);
      for (const { list, ...claim } of claimsOn(text)) {
        const found =
          counts.get(list) ?? countIn((await get(origin + list)).text);
        counts.set(list, found);
        compared++;
        // The overview counts further than a list of several conditions does.
        if (!claim.isMore && !(found.isMore && found.count < claim.count))
          expect([path, list, found]).toEqual([path, list, claim]);
        else if (claim.isMore)
          expect(found.count).toBeGreaterThanOrEqual(claim.count);
      }
    }
    // Checks that the crawl finds what it should.
    expect(compared).toBeGreaterThan(500);
    expect(counts.size).toBeGreaterThan(200);
    // Checks that the lists have what they count, on all their pages together.
    const lists = [...counts]
      .filter(([, { count }]) => count > 50 && count < 400)
      .slice(0, 12);
    expect(lists.length).toBeGreaterThan(3);
    for (const [list, { count }] of lists) {
      const sids = new Set<string>();
      for (let next: string | undefined = list; next !== undefined;) {
        const page = await get(origin + next);
        for (const sid of sidsIn(page)) sids.add(sid);
        next = linkById(page, "older");
      }
      expect([list, sids.size]).toEqual([list, count]);
    }
  },
  120_000,
);

test("a recipient's counts equal those of the list of all messages to it", async () => {
  await using server = await startWithHistory();
  const { origin } = server;
  const numbers = linksIn(await get(`${origin}/numbers`)).filter((link) =>
    /^\/numbers\/[^?]+$/.test(link),
  );
  expect(numbers.length).toBeGreaterThan(3);
  for (const number of numbers.slice(0, 8)) {
    const page = await get(origin + number);
    const list = linksIn(page).find((link) =>
      link.startsWith("/messages?q=to"),
    );
    const [, messages] =
      /<dt>Messages<\/dt><dd>([\d,+]+)</.exec(page.text) ?? [];
    const { count } = countIn((await get(origin + list)).text);
    expect([number, count]).toEqual([number, Number(messages)]);
    const byStatus = [
      ...page.text.matchAll(/<\/span><\/span><\/dt><dd>([\d,]+)</g),
    ];
    const sum = byStatus.reduce((total, [, each]) => total + Number(each), 0);
    expect([number, sum]).toEqual([number, count]);
  }
});
