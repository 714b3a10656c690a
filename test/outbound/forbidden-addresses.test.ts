import { expect, test } from "bun:test";
import { cidrList } from "../../src/config/setting-values.ts";
import type { SendFault } from "../../src/outbound/faults.ts";
import { createOutbound } from "../../src/outbound/outbound.ts";
import { systemResolve } from "../../src/outbound/resolve.ts";
import { forbiddenServer } from "./forbidden.ts";

/** Every spelling leads to the server on loopback, if nothing stops it. */
const LOOPBACK = [
  "127.0.0.1",
  "127.0.0.1.",
  "127.1",
  "127.0.1",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0X7F.0.0.0x1",
  "0177.0.0.1",
  "0177.0.0.01",
  "017700000001",
  "①②⑦.⓪.⓪.①",
  "１２７.0.0.1",
  "127。0。0。1",
  "%31%32%37.0.0.1",
  "localhost",
  "LOCALHOST.",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[0000::0001]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[0:0:0:0:0:ffff:127.0.0.1]",
];

/** Loopback in disguise, and what else is never reached, even if FORWARD_ALLOW lists it. */
const NEVER = [
  "0",
  "0.0.0.0",
  "0x0",
  "0x",
  "[::]",
  "[::ffff:0.0.0.0]",
  "[::127.0.0.1]",
  "[::7f00:1]",
  "[::ffff:0:127.0.0.1]",
  "[64:ff9b::127.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[64:ff9b::10.0.0.1]",
  "[64:ff9b:1::127.0.0.1]",
  "[64:ff9b:1:7f00:0:100::]",
  "[2002:7f00:1::1]",
  "[2001:0:7f00:1::]",
  "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
  "[fe80::1]",
  "[febf::1]",
  "[fec0::1]",
  "[ff02::1]",
  "169.254.169.254",
  "169.254.1.1",
  "2852039166",
  "0xa9fea9fe",
  "0251.0376.0251.0376",
  "[::ffff:169.254.169.254]",
  "[::ffff:a9fe:a9fe]",
  "[64:ff9b::169.254.169.254]",
  "[64:ff9b::a9fe:a9fe]",
  "[2002:a9fe:a9fe::1]",
  "[fd00:ec2::254]",
  "[fd20:ce::254]",
  "168.63.129.16",
  "100.100.100.200",
  "192.0.0.192",
  "192.0.2.1",
  "224.0.0.1",
  "239.255.255.250",
  "240.0.0.1",
  "255.255.255.255",
  "[100::1]",
  "[2001:db8::1]",
  "[5f00::1]",
];

const PRIVATE = [
  "10.0.0.1",
  "012.0.0.1",
  "172.16.0.1",
  "172.31.255.254",
  "192.168.1.1",
  "3232235777",
  "100.64.0.1",
  "198.18.0.1",
  "127.255.255.254",
  "[::ffff:10.0.0.1]",
  "[::ffff:c0a8:101]",
  "[fc00::1]",
  "[fd12:3456::1]",
];

const NO_TARGET = [
  "https://",
  "https://:443/",
  "https://a..example/",
  "https://.example/",
  "https://./",
  "https://[fe80::1%25lo]/",
  "https://[::1%lo]/",
  "https://[::1/",
  "https://[127.0.0.1]/",
  "https://256.256.256.256/",
  "https://127.0.0.1.1/",
  "https://hooks.example:0/",
  "https://hooks.example:65536/",
  "//127.0.0.1/",
  "127.0.0.1",
  "/etc/passwd",
  "file:///etc/passwd",
  "file://127.0.0.1/etc/passwd",
  "data:text/plain,x",
  "blob:https://hooks.example/x",
  "javascript:1",
  "unix:/run/docker.sock",
  "http+unix://%2Frun%2Fdocker.sock/",
  "ftp://127.0.0.1/",
  "gopher://127.0.0.1:70/_x",
  "ws://127.0.0.1/",
  "s3://bucket/key",
];

test("no spelling of a loopback, private, link-local or metadata address is connected to", async () => {
  using server = forbiddenServer();
  const outbound = client();
  for (const scheme of ["https", "http"])
    for (const host of [...LOOPBACK, ...PRIVATE, ...NEVER]) {
      const url = `${scheme}://${host}:${server.port}/`;
      const expected = NEVER.includes(host)
        ? "address_never_allowed"
        : "address_not_allowed";
      expect([url, await faultOf(outbound, url)]).toEqual([url, expected]);
    }
  expect(server.connections()).toBe(0);
});

test("the spellings of loopback would reach the server: they do if FORWARD_ALLOW lists loopback", async () => {
  using server = forbiddenServer();
  const outbound = client("127.0.0.0/8,::1");
  for (const [index, host] of LOOPBACK.entries()) {
    const url = `http://${host}:${server.port}/`;
    expect([url, await faultOf(outbound, url)]).toEqual([url, null]);
    expect(server.connections()).toBe(index + 1);
  }
});

test("FORWARD_ALLOW opens no link-local, metadata, unspecified or multicast address", async () => {
  using server = forbiddenServer();
  const outbound = client("0.0.0.0/0,::/0");
  for (const scheme of ["https", "http"])
    for (const host of NEVER) {
      const url = `${scheme}://${host}:${server.port}/`;
      const fault = await faultOf(outbound, url);
      expect([url, fault]).toEqual([url, "address_never_allowed"]);
    }
  expect(server.connections()).toBe(0);
});

test("http is only for addresses that FORWARD_ALLOW lists, not for public ones", async () => {
  const outbound = client("10.0.0.0/8");
  for (const url of ["http://8.8.8.8/", "http://[2606:4700::1111]/"])
    expect(await faultOf(outbound, url)).toBe("http_not_allowed");
});

test("what isn't a URL with a host is never looked up", async () => {
  const outbound = createOutbound({
    allow: cidrList("127.0.0.0/8"),
    version: "0.0.0",
    resolve: () => {
      throw new Error("must not be called");
    },
  });
  for (const url of NO_TARGET)
    expect([url, await faultOf(outbound, url)]).toEqual([url, "url_invalid"]);
  for (const url of [
    "https://hooks.example@127.0.0.1/",
    "https://ana:zq7@hooks.example/",
    "https://:zq7@hooks.example/",
    "https://127.0.0.1%2f@hooks.example/",
  ])
    expect(await faultOf(outbound, url)).toBe("url_with_credentials");
});

const client = (allow?: string) =>
  createOutbound({
    allow: allow === undefined ? undefined : cidrList(allow),
    version: "0.0.0",
    resolve: systemResolve,
  });

async function faultOf(
  outbound: ReturnType<typeof createOutbound>,
  url: string,
): Promise<SendFault | null> {
  const { fault } = await outbound.send({ url, headers: {}, body: "{}" });
  return fault;
}
