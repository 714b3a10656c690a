import { expect, test } from "bun:test";
import { eventOf } from "../store/events.ts";
import { startServer } from "../support/start-server.ts";
import { get, linksIn } from "./page-client.ts";

type Server = Awaited<ReturnType<typeof startServer>>;

const NOW = Date.UTC(2026, 10, 23, 14, 37, 20);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function record(
  { store }: Server,
  ago: number,
  delivered: number,
  failed: number,
): Promise<void> {
  const receivedAt = NOW - ago;
  const events = [
    ...Array.from({ length: delivered }, () => ({
      MessageStatus: "delivered",
    })),
    ...Array.from({ length: failed }, () => ({
      MessageStatus: "failed",
      ErrorCode: "30005",
    })),
  ];
  await Promise.all(
    events.map((params) => store.recordEvent(eventOf(params, { receivedAt }))),
  );
}

async function startWithWeeks() {
  const server = await startServer({}, () => NOW);
  await record(server, 40 * DAY_MS, 1, 0);
  await record(server, 7 * DAY_MS + 2 * HOUR_MS, 95, 5);
  await record(server, 25 * HOUR_MS, 97, 3);
  await record(server, 2 * HOUR_MS, 160, 40);
  return server;
}

test("it's compared with the day before, the same hours a week before, or any day", async () => {
  await using server = await startWithWeeks();
  for (const [query, words] of [
    ["", "17.0 points lower than in the 24 hours before."],
    [
      "?compare=week",
      "15.0 points lower than in the same hours a week before.",
    ],
    [
      "?range=24h&compare=2026-11-15",
      "15.0 points lower than in the day from 15 Nov 2026, 14:38 UTC.",
    ],
  ] as const) {
    const page = await get(`${server.origin}/${query}`);
    expect([query, page.status]).toEqual([query, 200]);
    expect(page.text).toContain("Delivery fell to 80.0%");
    expect(page.text).toContain(words);
    // The chart's legend and table have it, too.
    expect(page.text).toContain("Rate before");
    expect(page.text).toContain("up from");
  }
});

test("ranges, the filter and the tables' links keep the comparison; a day only fits one range", async () => {
  await using server = await startWithWeeks();
  const week = await get(
    `${server.origin}/?range=24h&q=channel%3Asms&compare=week`,
  );
  const links = linksIn(week);
  expect(links).toContain("/?range=7d&q=channel%3Asms&compare=week");
  expect(week.text).toContain(
    '<input type="hidden" name="compare" value="week"/>',
  );
  expect(
    links.some((link) => /q=channel%3Asms%20country.*&compare=week/.test(link)),
  ).toBe(true);
  const day = await get(`${server.origin}/?compare=2026-11-15`);
  expect(linksIn(day)).toContain("/?range=7d");
});

test("where messages don't reach back, nothing is compared, and it says so", async () => {
  await using server = await startWithWeeks();
  const { text } = await get(`${server.origin}/?range=30d`);
  expect(text).toContain("No messages to compare with from the 30 days before");
  expect(text).not.toContain("Rate before");
  expect(text).not.toContain(" before</span>");
});

test("an earlier period without messages was empty, not unknown", async () => {
  await using server = await startWithWeeks();
  const { text } = await get(`${server.origin}/?compare=2026-11-18`);
  expect(text).toContain("none before");
  expect(text).toContain("Rate before");
});

test("a small difference of few messages is within chance, and no news", async () => {
  await using server = await startServer({}, () => NOW);
  await record(server, 3 * DAY_MS, 1, 0);
  await record(server, 25 * HOUR_MS, 96, 4);
  await record(server, 2 * HOUR_MS, 92, 8);
  const { text } = await get(`${server.origin}/`);
  expect(text).toContain("<h1>92.0% of messages are delivered</h1>");
  expect(text).toContain(
    "4.0 points lower than in the 24 hours before, which is within chance.",
  );
  expect(text).toContain("4.0% before");
  expect(text).not.toContain("up from");
});

test("a comparison that can't be read is refused with what is possible", async () => {
  await using server = await startWithWeeks();
  for (const compare of ["<b>", "2026-11-23", "2027-01-01", "7d"]) {
    const page = await get(
      `${server.origin}/?compare=${encodeURIComponent(compare)}`,
    );
    expect([compare, page.status]).toEqual([compare, 400]);
    expect(page.text).not.toContain("<b>");
  }
});
