import { beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { cidrList } from "../../src/config/setting-values.ts";
import { createOutbound } from "../../src/outbound/outbound.ts";
import { until } from "../support/until.ts";

const MB = 1024 * 1024;
const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
/** In place of the 15 s that the product allows. */
const LIMIT_MS = 1_000;
/** What a busy machine may take beyond the limit. */
const SLACK_MS = 2_000;

const outbound = createOutbound({
  allow: cidrList("127.0.0.1"),
  version: "0.0.0",
});

/** What the host does once a request arrives, and what becomes of the request. */
type Behavior = {
  readonly does: (socket: Socket) => void;
  readonly expected: object;
};

const FAULTS: Record<string, Behavior> = {
  "never responds": { does: () => {}, expected: { fault: "timeout" } },
  "closes at once": {
    does: (socket) => socket.end(),
    expected: { fault: "connection_reset" },
  },
  "resets at once": {
    does: (socket) => socket.resetAndDestroy(),
    expected: { fault: "connection_reset" },
  },
  "closes amid the headers": {
    does: (socket) => socket.end(`${OK}content-le`),
    expected: { fault: "connection_reset" },
  },
  "sends one byte of a header at a time": {
    does: (socket) => {
      socket.write(`${OK}x: `);
      trickle(socket, "a");
    },
    expected: { fault: "timeout" },
  },
  "sends an endless header": {
    does: (socket) => {
      socket.write(`${OK}x: `);
      flood(socket, "a".repeat(65_536));
    },
    expected: { fault: "response_too_large" },
  },
  "sends endless headers": {
    does: (socket) => {
      socket.write(OK);
      flood(socket, "a: b\r\n".repeat(10_000));
    },
    expected: { response: null },
  },
  "sends an endless status line": {
    does: (socket) => flood(socket, "a".repeat(65_536)),
    expected: { response: null },
  },
  "sends endless early hints": {
    does: (socket) =>
      flood(socket, "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1_000)),
    expected: { fault: "timeout" },
  },
  "switches protocols": {
    does: (socket) =>
      socket.end(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
      ),
    expected: { fault: "response_invalid" },
  },
  "speaks another protocol": {
    does: (socket) => socket.end("220 mail.example ESMTP\r\n"),
    expected: { response: null },
  },
};

const BODIES: Record<string, Behavior> = {
  "is 200 MB": {
    does: (socket) => {
      socket.write(`${OK}content-length: ${200 * MB}\r\n\r\n`);
      flood(socket, "a".repeat(65_536));
    },
    expected: { status: 200, text: "a".repeat(65_536) },
  },
  "is chunked and endless": {
    does: (socket) => {
      socket.write(CHUNKED);
      flood(socket, `10000\r\n${"a".repeat(65_536)}\r\n`);
    },
    expected: { status: 200, text: "a".repeat(65_536) },
  },
  "arrives a byte at a time": {
    does: (socket) => {
      socket.write(`${OK}content-length: 100000\r\n\r\n`);
      trickle(socket, "a");
    },
    expected: { status: 200, text: expect.stringMatching(/^a+$/) },
  },
  "never arrives": {
    does: (socket) => void socket.write(`${OK}content-length: 100000\r\n\r\n`),
    expected: { status: 200, text: "" },
  },
  "is cut off": {
    does: (socket) =>
      socket.end(`HTTP/1.1 500 Error\r\ncontent-length: 1000\r\n\r\noops`),
    expected: { status: 500 },
  },
  "is reset midway": {
    does: (socket) =>
      socket.write(`${OK}content-length: 1000\r\n\r\nabc`, () =>
        // Time is the subject: the client reads the beginning first.
        setTimeout(() => socket.resetAndDestroy(), 50),
      ),
    expected: { status: 200, text: "abc" },
  },
  "has a broken chunk": {
    does: (socket) => socket.end(`${CHUNKED}3\r\nabc\r\nzz\r\nabc\r\n`),
    expected: { status: 200 },
  },
  "has endless trailers": {
    does: (socket) => {
      socket.write(`${CHUNKED}3\r\nabc\r\n0\r\n`);
      flood(socket, "a: b\r\n".repeat(10_000));
    },
    expected: { status: 200, text: "abc" },
  },
};

describe.each(Object.entries(FAULTS))("a host that %s", (_, behavior) => {
  test("gives no response, within the limit", async () => {
    using host = await hostThat(behavior.does);
    expect(await host.send()).toMatchObject(behavior.expected);
    await until(() => host.open() === 0);
  });
});

describe.each(Object.entries(BODIES))("a response that %s", (_, behavior) => {
  test("counts by its status, with the text until then, within the limit", async () => {
    using host = await hostThat(behavior.does);
    expect((await host.send()).response).toMatchObject(behavior.expected);
    await until(() => host.open() === 0);
  });
});

test("a compressed response isn't unpacked", async () => {
  using host = await hostThat((socket) => {
    const head = `${OK}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
    socket.write(head);
    socket.write(bomb);
  });
  const { response } = await host.send();
  expect(response?.status).toBe(200);
  expect(response?.text.length).toBeLessThanOrEqual(65_536);
  // Still as gzip begins.
  expect(response?.text.startsWith("\u001f\ufffd\b")).toBe(true);
});

test("a hundred hostile responses at once leave memory as it was", async () => {
  const behaviors = [...Object.values(FAULTS), ...Object.values(BODIES)];
  const round = async () => {
    await Promise.all(
      behaviors.flatMap(({ does }) =>
        Array.from({ length: 5 }, async () => {
          using host = await hostThat(does);
          await host.send();
        }),
      ),
    );
    Bun.gc(true);
    return process.memoryUsage.rss();
  };
  await round();
  const before = await round();
  for (let each = 0; each < 3; each++) await round();
  expect((await round()) - before).toBeLessThan(40 * MB);
}, 120_000);

/** 200 MB of zeros, packed. */
let bomb: Uint8Array;
beforeAll(() => {
  bomb = gzipSync(Buffer.alloc(200 * MB));
});

/** Starts a server that treats each connection in one way once a request arrives. */
async function hostThat(does: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", () => does(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("It isn't listening.");
  return {
    open: () => sockets.size,
    async send() {
      const start = performance.now();
      const result = await outbound.send({
        url: `http://127.0.0.1:${address.port}/`,
        headers: {},
        body: "x".repeat(2_000),
        timeoutMs: LIMIT_MS,
      });
      expect(performance.now() - start).toBeLessThan(LIMIT_MS + SLACK_MS);
      return result;
    },
    [Symbol.dispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function trickle(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 10);
  socket.on("close", () => clearInterval(timer));
}

function flood(socket: Socket, text: string): void {
  const pump = () => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.on("drain", pump);
  pump();
}
