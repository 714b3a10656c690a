import { expect, test } from "bun:test";
import { cidrList } from "../../src/config/setting-values.ts";
import { createOutbound } from "../../src/outbound/outbound.ts";
import { rememberingResolver } from "../../src/outbound/resolve.ts";
import { forbiddenServer } from "./forbidden.ts";

/** Only the receiver is allowed; the forbidden server listens at the same port of other addresses. */
const ALLOWED = "127.0.0.2";

/** What a name can lead to, as resolvers return it, or as nobody should. */
const FORBIDDEN_ANSWERS = [
  ["127.0.0.1"],
  ["::1"],
  ["::ffff:127.0.0.1"],
  ["::ffff:7f00:1"],
  ["::FFFF:7F00:0001"],
  ["0:0:0:0:0:ffff:7f00:1"],
  ["::127.0.0.1"],
  ["64:ff9b::7f00:1"],
  ["64:ff9b::127.0.0.1"],
  ["2002:7f00:1::"],
  ["0.0.0.0"],
  ["::"],
  ["169.254.169.254"],
  ["fe80::1%lo"],
  ["::1%lo"],
  ["127.1"],
  ["2130706433"],
  ["0x7f000001"],
  ["localhost"],
  ["127.0.0.1 "],
  ["127.0.0.1:80"],
  ["[::1]"],
  [""],
  [],
  ["10.0.0.1", "127.0.0.1", "::1"],
];

test("no answer of a resolver leads to a forbidden address", async () => {
  using server = forbiddenServer();
  for (const answer of FORBIDDEN_ANSWERS) {
    const outbound = client(() => answer);
    for (const scheme of ["http", "https"]) {
      const url = `${scheme}://hooks.example:${server.port}/`;
      const { fault } = await outbound.send({ ...POST, url });
      expect([answer, fault]).toEqual([
        answer,
        expect.stringMatching(/^(?:address_n|dns_not_found)/),
      ]);
    }
  }
  expect(server.connections()).toBe(0);
});

test("a name with allowed and forbidden addresses reaches only the allowed one", async () => {
  using server = forbiddenServer();
  using receiver = receiverAt(server.port);
  const outbound = client(() => ["127.0.0.1", "::1", ALLOWED, "10.0.0.1"]);
  for (let each = 0; each < 20; each++)
    expect(await outbound.send(receiver.post)).toMatchObject({ fault: null });
  expect(receiver.requests()).toBe(20);
  expect(server.connections()).toBe(0);
});

test("a name that leads elsewhere after the first lookup reaches what was checked, because there's no second", async () => {
  using server = forbiddenServer();
  using receiver = receiverAt(server.port);
  const lookups = new Map<string, number>();
  const outbound = client((name) => {
    const before = lookups.get(name) ?? 0;
    lookups.set(name, before + 1);
    return before === 0 ? [ALLOWED] : ["127.0.0.1", "::1"];
  });
  for (let name = 0; name < 20; name++) {
    const url = `http://changing-${name}.example:${server.port}/`;
    expect((await outbound.send({ ...POST, url })).fault).toBeNull();
  }
  expect([...lookups.values()]).toEqual(Array<number>(20).fill(1));
  expect(receiver.requests()).toBe(20);
  expect(server.connections()).toBe(0);
});

test("a name is looked up again after five seconds, and right after a failure", async () => {
  let now = 0;
  let lookups = 0;
  const resolve = rememberingResolver(
    () => {
      if (++lookups % 2 === 0) return Promise.reject(new Error("no answer"));
      return Promise.resolve([`127.0.0.${lookups}`]);
    },
    () => now,
  );
  expect(await resolve("hooks.example")).toEqual(["127.0.0.1"]);
  now = 4_999;
  expect(await resolve("hooks.example")).toEqual(["127.0.0.1"]);
  now = 5_000;
  const both = [resolve("hooks.example"), resolve("hooks.example")];
  for (const each of await Promise.allSettled(both))
    expect(each.status).toBe("rejected");
  expect(await resolve("hooks.example")).toEqual(["127.0.0.3"]);
});

test.each([301, 302, 303, 307, 308])(
  "a redirect (%i) is a response, and nothing goes to where it leads",
  async (status) => {
    using server = forbiddenServer();
    using receiver = receiverAt(server.port, () => {
      const location = `http://127.0.0.1:${server.port}/`;
      return new Response("moved", {
        status,
        headers: {
          location,
          "content-location": location,
          refresh: `0; url=${location}`,
          link: `<${location}>; rel=preload`,
          "alt-svc": `h2="127.0.0.1:${server.port}"; ma=9999`,
        },
      });
    });
    const outbound = client(() => [ALLOWED]);
    for (let each = 0; each < 2; each++) {
      const { response } = await outbound.send(receiver.post);
      expect(response).toMatchObject({ status, text: "moved" });
    }
    expect(receiver.requests()).toBe(2);
    expect(server.connections()).toBe(0);
  },
);

const POST = { headers: {}, body: "{}" };

function client(resolve: (name: string) => readonly string[]) {
  return createOutbound({
    allow: cidrList(ALLOWED),
    version: "0.0.0",
    resolve: (name) => Promise.resolve(resolve(name)),
  });
}

/** A receiver at the same port as the forbidden server, and a request to it. */
function receiverAt(port: number, respond = () => new Response("ok")) {
  let requests = 0;
  const server = Bun.serve({
    hostname: ALLOWED,
    port,
    fetch: () => {
      requests++;
      return respond();
    },
  });
  return {
    post: { ...POST, url: `http://hooks.example:${port}/` },
    requests: () => requests,
    [Symbol.dispose]: () => void server.stop(true),
  };
}
