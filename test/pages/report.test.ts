import { expect, test } from "bun:test";
import { eventOf } from "../store/events.ts";
import { startServer } from "../support/start-server.ts";
import { get, linksIn } from "./page-client.ts";

type Server = Awaited<ReturnType<typeof startServer>>;

const NOW = Date.UTC(2026, 10, 23, 14, 37, 20);

async function record(
  { store }: Server,
  day: string,
  delivered: number,
  failed: number,
): Promise<void> {
  const receivedAt = Date.parse(`${day}T09:00:00Z`);
  const events = [
    ...Array.from({ length: delivered }, () => ({
      MessageStatus: "delivered",
    })),
    ...Array.from({ length: failed }, () => ({
      MessageStatus: "undelivered",
      ErrorCode: "30003",
    })),
  ];
  await Promise.all(
    events.map((params) => store.recordEvent(eventOf(params, { receivedAt }))),
  );
}

async function startWithMonths(env: Record<string, string> = {}) {
  const server = await startServer(env, () => NOW);
  await record(server, "2026-09-30", 1, 0);
  await record(server, "2026-10-05", 294, 6);
  await record(server, "2026-10-30", 50, 50);
  await record(server, "2026-11-02", 97, 3);
  await record(server, "2026-11-10", 90, 10);
  await record(server, "2026-11-20", 5, 1);
  return server;
}

test("a month is compared with the target and with the same part of the month before", async () => {
  await using server = await startWithMonths({ DELIVERY_TARGET: "97" });
  const { status, text } = await get(`${server.origin}/report`);
  expect(status).toBe(200);
  expect(text).toContain("<h1>93.2% delivered in November 2026 so far</h1>");
  expect(text).toContain("3.8 points below the target of 97%.");
  expect(text).toContain(
    "Compared with October 2026, to the same day: 4.8 points lower.",
  );
  expect(text).toContain("✗ below target");
  expect(text).toContain("the target allows 6");
  // Of the 2nd and the 10th; the 20th has too few.
  expect(text).toMatch(
    /<b class="figure">1<\/b><span class="change">of 2 days/,
  );
  expect(text).toContain("Target 97%");
  const october = await get(`${server.origin}/report?month=2026-10`);
  expect(october.text).toContain("<h1>86.0% delivered in October 2026</h1>");
  expect(october.text).not.toContain("so far");
});

test("months link to each other, from the first message to now", async () => {
  await using server = await startWithMonths({ DELIVERY_TARGET: "97" });
  const monthsOf = async (query: string) =>
    linksIn(await get(`${server.origin}/report${query}`)).filter((link) =>
      link.startsWith("/report"),
    );
  expect(await monthsOf("")).toEqual([
    "/report?month=2026-10",
    "/report?month=2026-10",
    "/report?month=2026-09",
  ]);
  expect(await monthsOf("?month=2026-09")).toEqual(["/report?month=2026-10"]);
  expect(linksIn(await get(`${server.origin}/?range=7d`))).toContain("/report");
});

test("without a target it says how to set one", async () => {
  await using server = await startWithMonths();
  const { text } = await get(`${server.origin}/report`);
  expect(text).toContain("No target is set: DELIVERY_TARGET sets one.");
  expect(text).not.toContain("✗");
  expect(text).not.toContain('chart-target" d="M');
});

test("a month without messages, and one that can't be read", async () => {
  await using server = await startWithMonths({ DELIVERY_TARGET: "97" });
  const empty = await get(`${server.origin}/report?month=2026-08`);
  expect(empty.status).toBe(200);
  expect(empty.text).toContain("No messages in August 2026");
  for (const month of ["2026-12", "<b>", "2026-13"]) {
    const page = await get(
      `${server.origin}/report?month=${encodeURIComponent(month)}`,
    );
    expect([month, page.status]).toEqual([month, 400]);
    expect(page.text).not.toContain("<b>");
  }
});
