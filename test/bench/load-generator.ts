/**
 * `bun load-generator.ts PORT CONNECTIONS SECONDS`: posts signed callbacks as fast as
 * they are answered, each connection one at a time, and prints a LoadResult as JSON.
 * A process of its own that only copies bytes, so that it is not what is measured.
 */
import { signedRequests } from "./signed-requests.ts";

export type LoadResult = {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Answers other than 200. */
  readonly failed: number;
};

const WARM_UP_S = 2;
const REQUESTS_PER_SECOND_MAX = 45_000;
const REQUESTS_MAX = 400_000;
const ANSWER_END = "}".charCodeAt(0);

async function generateLoad(
  port: number,
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  const requests = signedRequests(
    Math.min(REQUESTS_MAX, REQUESTS_PER_SECOND_MAX * (seconds + WARM_UP_S)),
  );
  const measuring = { from: 0, to: 0 };
  const latencies: number[] = [];
  let failed = 0;
  let next = 0;
  let lastAt = 0;
  const done = Promise.withResolvers<void>();

  const send = (socket: Bun.Socket<{ sentAt: number }>): void => {
    const request = requests[next++];
    const now = performance.now();
    if (request === undefined || now > measuring.to) {
      lastAt ||= Math.min(now, measuring.to);
      done.resolve();
      return;
    }
    socket.data.sentAt = now;
    socket.write(request);
  };
  measuring.from = performance.now() + WARM_UP_S * 1_000;
  measuring.to = measuring.from + seconds * 1_000;
  const sockets = await Promise.all(
    Array.from({ length: connections }, () =>
      Bun.connect<{ sentAt: number }>({
        hostname: "127.0.0.1",
        port,
        data: { sentAt: 0 },
        socket: {
          open: send,
          data(socket, bytes) {
            // Every answer ends in a closing brace, which stands nowhere else in it.
            if (bytes.at(-1) !== ANSWER_END) return;
            const now = performance.now();
            if (now >= measuring.from && now <= measuring.to)
              latencies.push(now - socket.data.sentAt);
            if (bytes[9] !== "2".charCodeAt(0)) failed++;
            send(socket);
          },
        },
      }),
    ),
  );
  await done.promise;
  for (const socket of sockets) socket.end();
  latencies.sort((a, b) => a - b);
  const quantile = (q: number): number =>
    latencies[Math.floor(q * (latencies.length - 1))] ?? 0;
  return {
    perSecond: latencies.length / ((lastAt - measuring.from) / 1_000),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    maxMs: quantile(1),
    failed,
  };
}

const [port = 0, connections = 64, seconds = 5] = process.argv
  .slice(2)
  .map(Number);
console.log(JSON.stringify(await generateLoad(port, connections, seconds)));
process.exit(0);
