import { expect, test } from "bun:test";
import { clientAddress, networkOf } from "../../src/http/peer.ts";
import { cidrList } from "../../src/config/setting-values.ts";

const settings = { trustedProxies: cidrList("127.0.0.1,10.0.0.0/8,fd00::/8") };

function from(peer: string | undefined, forwarded?: string): string | null {
  const headers = new Headers(
    forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
  );
  return clientAddress(settings, headers, peer);
}

test("without a trusted proxy, the client is the other end of the connection", () => {
  expect(from("203.0.113.7")).toBe("203.0.113.7");
  expect(from("203.0.113.7", "198.51.100.1")).toBe("203.0.113.7");
  expect(from("::ffff:203.0.113.7", "198.51.100.1")).toBe("203.0.113.7");
  expect(from(undefined, "198.51.100.1")).toBeNull();
  expect(
    clientAddress(
      { trustedProxies: undefined },
      new Headers({ "x-forwarded-for": "198.51.100.1" }),
      "127.0.0.1",
    ),
  ).toBe("127.0.0.1");
});

test("behind trusted proxies, the client is the rightmost untrusted address", () => {
  expect(from("127.0.0.1", "203.0.113.7")).toBe("203.0.113.7");
  expect(from("::ffff:127.0.0.1", "203.0.113.7")).toBe("203.0.113.7");
  expect(from("127.0.0.1", "198.51.100.1, 203.0.113.7")).toBe("203.0.113.7");
  expect(from("127.0.0.1", "198.51.100.1, 203.0.113.7, 10.1.2.3")).toBe(
    "203.0.113.7",
  );
  expect(from("fd00::1", "2001:db8::7")).toBe("2001:db8::7");
  expect(from("127.0.0.1", "10.1.1.1, 10.1.2.3")).toBe("10.1.1.1");
  expect(from("127.0.0.1", "203.0.113.7:41000")).toBe("203.0.113.7");
  expect(from("127.0.0.1", "[2001:db8::7]:41000")).toBe("2001:db8::7");
});

test("a malformed address ends the search there", () => {
  expect(from("127.0.0.1")).toBe("127.0.0.1");
  expect(from("127.0.0.1", "")).toBe("127.0.0.1");
  expect(from("127.0.0.1", "203.0.113.7, unknown")).toBe("127.0.0.1");
  expect(from("127.0.0.1", "203.0.113.7, _hidden, 10.1.1.1")).toBe("10.1.1.1");
  expect(from("127.0.0.1", "<script>")).toBe("127.0.0.1");
});

test("an IPv6 client is identified by the first half of its address, in any notation", () => {
  expect(networkOf("203.0.113.7")).toBe("203.0.113.7");
  for (const address of [
    "2001:db8:1:2::",
    "2001:db8:1:2::1",
    "2001:0DB8:0001:0002:ffff:ffff:ffff:ffff",
    "2001:db8:1:2:3::%eth0",
  ])
    expect([address, networkOf(address)]).toEqual([
      address,
      "2001:db8:1:2::/64",
    ]);
  expect(networkOf("::1")).toBe("0:0:0:0::/64");
  expect(networkOf("2001:db8::")).toBe("2001:db8:0:0::/64");
  expect(networkOf("2001:db8::a:b:c:d:e")).toBe("2001:db8:0:a::/64");
});
