import { expect, test } from "bun:test";
import { WRONGLY_SIGNED } from "../../src/receiver/refusal.ts";
import type { Refused } from "../../src/receiver/refusal-answer.ts";
import { LookQueue } from "../../src/refusals/look-queue.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { AT } from "./sample-refusals.ts";

function refusedFor(host: string): Refused {
  return {
    channel: "sms",
    refusal: WRONGLY_SIGNED,
    request: new Request(`http://${host}${WEBHOOK_PATHS.sms}`, {
      method: "POST",
    }),
    peer: () => "203.0.113.9",
    posted: { params: [], bodyBytes: 0 },
  };
}

function add(queue: LookQueue, host: string, isStranger = false): boolean {
  return queue.add(refusedFor(host), {
    at: AT,
    signature: "0AAAAAAAAAAAAAAAAAAAAAAAAAA=",
    isStranger,
  });
}

/** Returns the hosts of the next batch, each with how many more refusals it stands for. */
function batch(queue: LookQueue): string[] {
  return queue
    .takeBatch()
    .map(
      ({ captive, counted }) =>
        `${new URL(captive.requestUrl).hostname} +${counted}`,
    );
}

test("a situation keeps five refusals and counts the rest", () => {
  const queue = new LookQueue();
  for (let count = 0; count < 1_000; count++)
    expect(add(queue, "own.example")).toBe(true);
  expect(batch(queue)).toEqual([
    "own.example +0",
    "own.example +0",
    "own.example +0",
    "own.example +0",
    "own.example +995",
  ]);
  expect(queue.isEmpty).toBe(true);
});

test("situations take turns, so a flood of one kind hides no other", () => {
  const queue = new LookQueue();
  for (let count = 0; count < 1_000; count++) add(queue, "flood.example");
  add(queue, "late.example");
  expect(batch(queue).slice(0, 2)).toEqual([
    "flood.example +0",
    "late.example +0",
  ]);
});

test("strangers get two places of five while the team's own refusals wait, and otherwise all five", () => {
  const queue = new LookQueue();
  for (let count = 0; count < 8; count++) {
    add(queue, `stranger${count}.example`, true);
    if (count < 3) add(queue, `own${count}.example`);
  }
  const strangersIn = (hosts: string[]) =>
    hosts.filter((host) => host.startsWith("stranger")).length;
  expect(strangersIn(batch(queue))).toBe(2);
  expect(strangersIn(batch(queue))).toBe(5);
  expect(strangersIn(batch(queue))).toBe(1);
  expect(batch(queue)).toEqual([]);
});

test("a waiting stranger gets a turn during an endless flood of the team's own", () => {
  const queue = new LookQueue();
  for (let count = 0; count < 100; count++) add(queue, "own.example");
  add(queue, "stranger.example", true);
  expect(batch(queue)).toContain("stranger.example +0");
});

test("the queue is bounded: twenty situations of strangers and twenty others", () => {
  const queue = new LookQueue();
  let added = 0;
  for (let count = 0; count < 1_000; count++) {
    if (add(queue, `stranger${count}.example`, true)) added++;
    if (add(queue, `own${count}.example`)) added++;
  }
  expect(added).toBe(40);
  expect(add(queue, "own0.example")).toBe(true);
  expect(queue.clear()).toBe(41);
  expect(queue.isEmpty).toBe(true);
  expect(add(queue, "own999.example")).toBe(true);
});
