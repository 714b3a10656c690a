import { expect, test } from "bun:test";
import { cidrList } from "../../src/config/setting-values.ts";
import {
  createOutbound,
  type OutboundOptions,
} from "../../src/outbound/outbound.ts";
import { certificateAuthority } from "./certificates.ts";

test("a post arrives with its headers and body, under the host's name, at the looked-up address", async () => {
  using authority = await certificateAuthority();
  const seen: string[] = [];
  using receiver = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: await authority.issue("DNS:hooks.example"),
    fetch: async (request) => {
      const { headers, method, url } = request;
      seen.push(
        `${method} ${new URL(url).pathname} ${headers.get("host")} ${headers.get("webhook-id")}`,
        `${headers.get("user-agent")} ${headers.get("accept-encoding")}`,
        await request.text(),
      );
      return new Response("thanks", { headers: { "retry-after": "3" } });
    },
  });
  const outbound = client({ ca: authority.ca });
  const { response, fault } = await outbound.send({
    ...POST,
    url: `https://Hooks.Example.:${receiver.port}/in`,
    headers: { "webhook-id": "evt_1" },
  });
  expect(fault).toBeNull();
  expect(response).toMatchObject({ status: 200, text: "thanks" });
  expect(response?.headers.get("retry-after")).toBe("3");
  expect(seen).toEqual([
    `POST /in hooks.example:${receiver.port} evt_1`,
    "smsledger/1.2.3 identity",
    "{}",
  ]);
});

test("an event after another uses the same connection, but never one to another name at the same address", async () => {
  using authority = await certificateAuthority();
  const peers = new Set<number | undefined>();
  using receiver = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: await authority.issue("DNS:hooks.example"),
    fetch: (request, server) => {
      peers.add(server.requestIP(request)?.port);
      return new Response("ok");
    },
  });
  const outbound = client({ ca: authority.ca });
  const send = (host: string) =>
    outbound.send({ ...POST, url: `https://${host}:${receiver.port}/` });
  for (let each = 0; each < 20; each++)
    expect((await send("hooks.example")).fault).toBeNull();
  expect(peers.size).toBe(1);
  expect((await send("other.example")).fault).toBe("tls_name_mismatch");
  expect(peers.size).toBe(1);
});

test("a connection that the receiver closes meanwhile is replaced, once", async () => {
  const requests: number[] = [];
  using receiver = Bun.listen<{ id: number }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => void (socket.data = { id: requests.push(0) - 1 }),
      data(socket) {
        const before = requests[socket.data.id] ?? 0;
        requests[socket.data.id] = before + 1;
        // The fourth connection gets no response at all.
        if (before === 0 && socket.data.id < 3)
          socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        else socket.terminate();
      },
    },
  });
  const outbound = client({});
  const url = `http://hooks.example:${receiver.port}/`;
  const send = async () => (await outbound.send({ ...POST, url })).fault;
  expect(await send()).toBeNull();
  expect(await send()).toBeNull();
  expect(await send()).toBeNull();
  expect(requests).toEqual([2, 1, 1]);
  expect(await send()).toBe("connection_reset");
  expect(requests).toEqual([2, 1, 2, 1]);
  expect(await send()).toBe("connection_reset");
  expect(requests).toEqual([2, 1, 2, 1, 1]);
});

test("a host is reached if only one of its addresses accepts connections", async () => {
  using receiver = Bun.serve({
    hostname: "127.0.0.2",
    port: 0,
    fetch: () => new Response("ok"),
  });
  const outbound = client({
    resolve: () => Promise.resolve(["127.0.0.1", "10.0.0.1", "127.0.0.2"]),
    allow: cidrList("127.0.0.0/8"),
  });
  const { response } = await outbound.send({
    ...POST,
    url: `http://hooks.example:${receiver.port}/`,
  });
  expect(response?.text).toBe("ok");
});

test("a request that is stopped says so", async () => {
  using receiver = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => {
      stop.abort();
      return new Promise<Response>(() => {});
    },
  });
  const stop = new AbortController();
  const outbound = client({});
  const url = `http://hooks.example:${receiver.port}/`;
  const request = { ...POST, url, signal: stop.signal };
  expect((await outbound.send(request)).fault).toBe("stopped");
  expect((await outbound.send(request)).fault).toBe("stopped");
});

const POST = { headers: {}, body: "{}" };

function client(options: Partial<OutboundOptions>) {
  return createOutbound({
    allow: cidrList("127.0.0.1"),
    version: "1.2.3",
    resolve: () => Promise.resolve(["127.0.0.1"]),
    ...options,
  });
}
