import { percentile } from "../../src/simulation/load.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { openLoop } from "./open-loop.ts";
import { BENCH_PUBLIC_URL, signedRequests } from "./signed-requests.ts";

/** How fast the webhook responded. */
export type WebhookTimes = {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The client's own share of the 99th percentile. */
  readonly lateP99Ms: number;
  /** Callbacks whose response wasn't 200. */
  readonly failed: number;
};

/** Posts callbacks at an even rate, whether or not earlier ones got a response. */
export async function webhookTimes(
  origin: string,
  perSecond: number,
  seconds: number,
): Promise<WebhookTimes> {
  const { hostname, port } = new URL(origin);
  const { latenciesMs, latenessMs, failed } = await openLoop({
    hostname,
    port: Number(port),
    requests: wireRequests(perSecond * seconds),
    perSecond,
  });
  return {
    p50Ms: percentile(latenciesMs, 0.5) ?? NaN,
    p99Ms: percentile(latenciesMs, 0.99) ?? NaN,
    lateP99Ms: percentile(latenessMs, 0.99) ?? NaN,
    failed,
  };
}

/**
 * Returns `count` callbacks as raw requests, each with its own signature or with
 * `signature`.
 */
export function wireRequests(count: number, signature?: string): Uint8Array[] {
  const host = new URL(BENCH_PUBLIC_URL).host;
  return signedRequests(count).map((line) => {
    const space = line.indexOf(" ");
    const body = line.slice(space + 1);
    return Buffer.from(
      `POST ${WEBHOOK_PATHS.sms} HTTP/1.1\r\nHost: ${host}\r\n` +
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n" +
        `X-Twilio-Signature: ${signature ?? line.slice(0, space)}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  });
}

/** Returns the middle number, or the mean of the middle two, or NaN without numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (
    ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) /
    2
  );
}
