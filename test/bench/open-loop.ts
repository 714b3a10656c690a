import type { Socket } from "bun";

export type OpenLoopWishes = {
  readonly hostname: string;
  readonly port: number;
  /** Complete HTTP requests, sent one by one at an even rate. */
  readonly requests: readonly Uint8Array[];
  readonly perSecond: number;
};

export type OpenLoopResult = {
  /** From when a request was due to the last byte of its response, shortest first. */
  readonly latenciesMs: Float64Array;
  /** How late requests were sent, shortest first: this client's own delay. */
  readonly latenessMs: Float64Array;
  /** Requests whose response wasn't 200. */
  readonly failed: number;
};

/** The maximum number of connections; requests over it wait, and their wait counts. */
const CONNECTIONS_MAX = 256;
const CONNECTIONS_AT_FIRST = 8;
const TICK_MS = 1;
/** The run fails if a response is missing this long after the last request was due. */
const TIMEOUT_MS = 30_000;

/**
 * Sends requests when they are due, whether or not earlier ones got a response, as real
 * clients do. So a slow response delays those behind it, and all their waiting is in the
 * numbers.
 */
export async function openLoop(
  wishes: OpenLoopWishes,
): Promise<OpenLoopResult> {
  const { requests, perSecond } = wishes;
  const latencies = new Float64Array(requests.length);
  const lateness = new Float64Array(requests.length);
  const done = Promise.withResolvers<void>();
  let next = 0;
  let answered = 0;
  let failed = 0;
  let start = Infinity;
  const dueAt = (request: number): number =>
    start + (request * 1_000) / perSecond;

  const connections = connectionPool(wishes, {
    onAnswer(request, status) {
      latencies[request] = performance.now() - dueAt(request);
      if (status !== 200) failed++;
      if (++answered === requests.length) done.resolve();
      else sendDue();
    },
    onIdle: () => sendDue(),
    onFailure: done.reject,
  });
  const sendDue = (): void => {
    const now = performance.now();
    while (next < requests.length && dueAt(next) <= now) {
      if (!connections.send(next, requests[next] ?? new Uint8Array())) return;
      lateness[next] = now - dueAt(next);
      next++;
    }
  };

  await connections.open(CONNECTIONS_AT_FIRST);
  start = performance.now() + TICK_MS;
  const ticks = setInterval(sendDue, TICK_MS);
  const timeout = setTimeout(
    () => done.reject(new Error("The server didn't answer every request.")),
    (requests.length * 1_000) / perSecond + TIMEOUT_MS,
  );
  try {
    await done.promise;
  } finally {
    clearInterval(ticks);
    clearTimeout(timeout);
    connections.close();
  }
  return {
    latenciesMs: latencies.sort(),
    latenessMs: lateness.sort(),
    failed,
  };
}

/** What a connection waits for: the request's index, or nothing. */
type Waiting = { request: number | undefined; received: string };

type PoolEvents = {
  readonly onAnswer: (request: number, status: number) => void;
  /** Called when a new connection is idle. */
  readonly onIdle: () => void;
  readonly onFailure: (error: unknown) => void;
};

/** Keeps connections alive, with one request at a time on each. */
function connectionPool(
  { hostname, port }: Pick<OpenLoopWishes, "hostname" | "port">,
  { onAnswer, onIdle, onFailure }: PoolEvents,
) {
  const idle: Socket<Waiting>[] = [];
  const all: Socket<Waiting>[] = [];
  let connecting = 0;
  let isClosing = false;

  const onData = (socket: Socket<Waiting>, bytes: Uint8Array): void => {
    const { data } = socket;
    data.received += Buffer.from(bytes).toString("latin1");
    const status = statusOfWhole(data.received);
    const { request } = data;
    if (status === undefined || request === undefined) return;
    data.request = undefined;
    data.received = "";
    idle.push(socket);
    onAnswer(request, status);
  };
  const connect = async (): Promise<void> => {
    connecting++;
    const socket = await Bun.connect<Waiting>({
      hostname,
      port,
      data: { request: undefined, received: "" },
      socket: {
        data: onData,
        // A server closes a connection that isn't used for a while.
        close(socket) {
          if (isClosing) return;
          if (socket.data.request !== undefined)
            onFailure(new Error("A connection was closed during a request."));
          forget(idle, socket);
          forget(all, socket);
        },
      },
    });
    connecting--;
    all.push(socket);
    idle.push(socket);
  };
  return {
    async open(count: number): Promise<void> {
      await Promise.all(Array.from({ length: count }, connect));
    },
    /** Returns false if no connection is free; then opens one more, up to the maximum. */
    send(request: number, bytes: Uint8Array): boolean {
      const socket = idle.pop();
      if (!socket) {
        if (all.length + connecting < CONNECTIONS_MAX)
          connect().then(onIdle, onFailure);
        return false;
      }
      socket.data.request = request;
      // Requests are much smaller than a socket's buffer.
      if (socket.write(bytes) !== bytes.byteLength)
        onFailure(new Error("A request didn't fit into the socket."));
      return true;
    },
    close(): void {
      isClosing = true;
      for (const socket of all) socket.end();
    },
  };
}

function forget<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index !== -1) list.splice(index, 1);
}

/** Returns the status of a complete response, or undefined while part of it is missing. */
function statusOfWhole(received: string): number | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = received.slice(0, end);
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? [];
  if (received.length < end + 4 + Number(length ?? 0)) return undefined;
  return Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
}
