import { expect, test } from "bun:test";
import { limitWords } from "../../src/forwarding/duration-words.ts";
import {
  readReports,
  waitingSentence,
  waitingWords,
} from "../../src/forwarding/endpoint-report.ts";
import { startServer } from "../support/start-server.ts";
import {
  addSampleEndpoint,
  sampleAttempt,
  saveSample,
} from "./sample-endpoints.ts";

const HOUR_MS = 3_600_000;

async function reportOf(
  { endpoints, outbox }: Awaited<ReturnType<typeof startServer>>["store"],
  id: number,
  now: number,
) {
  const endpoint = await endpoints.byId(id);
  const [report] = await readReports(outbox, endpoint ? [endpoint] : [], now);
  if (report === undefined) throw new Error("There is no such endpoint.");
  return report;
}

test("events that an endpoint hasn't caught up with wait, but not the latest ones of an endpoint that keeps up", async () => {
  await using server = await startServer();
  const { store, twilio } = server;
  const id = await addSampleEndpoint(store, "crm");
  await twilio.post({ MessageStatus: "delivered" });
  const now = Date.now();
  expect((await reportOf(store, id, now)).waiting.count).toBe(0);
  const later = await reportOf(store, id, now + 60_000);
  expect(later.waiting).toEqual({ count: 1, isMore: false, isUpTo: false });
  expect(later.waitingSince).toBeLessThanOrEqual(now);
});

test("with a filter, as many as that may wait", async () => {
  await using server = await startServer();
  const { store, twilio } = server;
  const id = await addSampleEndpoint(store, "crm", { filter: "status:failed" });
  await twilio.post({ MessageStatus: "delivered" });
  await store.endpoints.setState(id, "paused", {
    at: Date.now(),
    actor: "ana",
    address: null,
  });
  const { waiting } = await reportOf(store, id, Date.now());
  expect(waitingWords(waiting)).toBe("up to 1");
  expect(waitingSentence(waiting)).toBe("Up to 1 event is waiting.");
  // Beyond the limit, nobody knows whether any match.
  const many = { count: 10_000, isMore: true };
  expect(waitingWords({ ...many, isUpTo: true })).toBe("10,000+ to filter");
  expect(waitingSentence({ ...many, isUpTo: true })).toBe(
    "More than 10,000 events are waiting to be filtered.",
  );
  expect(waitingSentence({ ...many, isUpTo: false })).toBe(
    "10,000+ events are waiting.",
  );
});

test("a day has 24 hours with the one under way, its p95 is the limit of a bucket, and older failures aren't its latest", async () => {
  await using server = await startServer();
  const { store } = server;
  const id = await addSampleEndpoint(store, "crm");
  const now = Date.UTC(2026, 10, 23, 12, 30);
  await saveSample(store, {
    now,
    attempts: [
      ...Array.from({ length: 95 }, () =>
        sampleAttempt(id, { at: now - 2 * HOUR_MS, durationMs: 80 }),
      ),
      ...Array.from({ length: 5 }, () =>
        sampleAttempt(id, { at: now, durationMs: 30_000 }),
      ),
      sampleAttempt(id, { at: now - 25 * HOUR_MS, isSuccess: false }),
    ],
  });
  const report = await reportOf(store, id, now);
  expect(report.hours).toHaveLength(24);
  expect(report.hours.at(-1)?.span.from).toBe(Date.UTC(2026, 10, 23, 12));
  expect(report.day).toEqual({ succeeded: 100, failed: 0, p95Ms: 100 });
  expect(limitWords(report.day.p95Ms)).toBe("under 100 ms");
  expect(limitWords(report.hours.at(-1)?.p95Ms)).toBe("over 10 s");
  expect(limitWords(undefined)).toBe("–");
  expect(report.lastFailure).toBeUndefined();
});
