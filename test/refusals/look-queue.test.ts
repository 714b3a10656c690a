import { expect, test } from "bun:test";
import { LookQueue } from "../../src/refusals/look-queue.ts";
import { situationOf } from "../../src/refusals/situations.ts";
import type { Refused } from "../../src/receiver/refusal-answer.ts";
import { WRONGLY_SIGNED } from "../../src/receiver/refusal.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { AT } from "./sample-refusals.ts";

const SIGNATURE = "0AAAAAAAAAAAAAAAAAAAAAAAAAA=";

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

function add(
  queue: LookQueue,
  host: string,
  { isStranger = false, at = AT } = {},
): boolean {
  const refused = refusedFor(host);
  const situation = situationOf(refused);
  return queue.add(refused, {
    at,
    signature: SIGNATURE,
    situation,
    isStranger,
  });
}

/** The hosts of those whose second has come. */
function shifted(queue: LookQueue): string[] {
  const hosts: string[] = [];
  for (let next = queue.shift(); next; next = queue.shift())
    hosts.push(new URL(next.requestUrl).host);
  return hosts;
}

test("of a thousand situations in a second a hundred wait, forty of them strangers', and five go on in each", () => {
  const queue = new LookQueue();
  let taken = 0;
  for (let index = 0; index < 1_000; index++) {
    if (add(queue, `s${index}.example.com`, { isStranger: true })) taken++;
    if (add(queue, `o${index}.example.com`)) taken++;
  }
  expect(taken).toBe(105);
  expect(queue.size).toBe(105);
  const first = shifted(queue);
  expect(first).toHaveLength(5);
  const later: string[] = [];
  for (let second = 1; queue.size > 0; second++) {
    queue.advance(AT + second * 1_000);
    queue.advance(AT + second * 1_000);
    const hosts = shifted(queue);
    expect(hosts.length).toBeGreaterThan(0);
    expect(hosts.length).toBeLessThanOrEqual(5);
    expect(hosts.filter((host) => host.startsWith("s")).length).toBeLessThan(3);
    later.push(...hosts);
  }
  expect(later).toHaveLength(100);
  const strangers = later.filter((host) => host.startsWith("s"));
  expect(strangers).toHaveLength(40);
  // The newest were dropped, and those that stayed kept their order.
  const numbers = strangers.map((host) => Number.parseInt(host.slice(1)));
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(numbers.at(-1)).toBeLessThan(60);
});

test("one that was dropped gets its turn when it comes again; one that was looked at waits for nothing", () => {
  const queue = new LookQueue();
  for (let index = 0; index < 200; index++) add(queue, `${index}.example.com`);
  expect(add(queue, "199.example.com")).toBe(false);
  expect(add(queue, "0.example.com")).toBe(false);
  for (let second = 1; second <= 30; second++) {
    queue.advance(AT + second * 1_000);
    shifted(queue);
  }
  const at = AT + 31_000;
  for (let index = 0; index < 5; index++)
    expect(add(queue, "0.example.com", { at })).toBe(true);
  expect(add(queue, "0.example.com", { at })).toBe(false);
  expect(add(queue, "199.example.com", { at })).toBe(true);
  // While it waits the others do not take its room.
  expect(add(queue, "0.example.com", { at: at + 1_000 })).toBe(false);
  queue.advance(at + 1_000);
  expect(shifted(queue)).toContain("199.example.com");
});

test("equal ones in an endless burst leave strangers their part of each second", () => {
  const queue = new LookQueue();
  for (let count = 0; count < 100; count++) add(queue, "own.example.com");
  expect(add(queue, "stranger.example.com", { isStranger: true })).toBe(true);
  expect(new Set(shifted(queue))).toEqual(new Set(["own.example.com"]));
  const at = AT + 1_000;
  for (let count = 0; count < 100; count++)
    add(queue, "own.example.com", { at });
  queue.advance(at);
  expect(shifted(queue)).toEqual([
    ...Array.from({ length: 3 }, () => "own.example.com"),
    "stranger.example.com",
  ]);
});

test("after an hour a situation is new again, as its refusals are another line then", () => {
  const queue = new LookQueue();
  const fill = (at: number) => {
    for (let index = 0; index < 5; index++)
      add(queue, "other.example.com", { at });
  };
  add(queue, "one.example.com");
  const soon = AT + 3_599_000;
  fill(soon);
  expect(add(queue, "one.example.com", { at: soon })).toBe(false);
  const late = AT + 3_600_000;
  fill(late);
  expect(add(queue, "one.example.com", { at: late })).toBe(true);
});
