import { afterAll, beforeAll, expect, test } from "bun:test";
import { cidrList } from "../../src/config/setting-values.ts";
import { createOutbound } from "../../src/outbound/outbound.ts";
import { certificateAuthority } from "./certificates.ts";

type Authority = Awaited<ReturnType<typeof certificateAuthority>>;

let ours: Authority;
let another: Authority;
beforeAll(async () => {
  ours = await certificateAuthority();
  another = await certificateAuthority();
});
afterAll(() => {
  ours[Symbol.dispose]();
  another[Symbol.dispose]();
});

test("a certificate for the host's name is accepted", async () => {
  expect(await faultOf("hooks.example", ours)).toBeNull();
  expect(await faultOf("hooks.example.", ours)).toBeNull();
  expect(
    await faultOf("Bücher.example", ours, "DNS:xn--bcher-kva.example"),
  ).toBeNull();
  expect(
    await faultOf("a.hooks.example", ours, "DNS:*.hooks.example"),
  ).toBeNull();
});

test("a certificate for the address itself is accepted if the URL has an address", async () => {
  expect(await faultOf("127.0.0.1", ours, "IP:127.0.0.1")).toBeNull();
  expect(await faultOf("127.0.0.1", ours, "IP:127.0.0.2")).toBe(
    "tls_name_mismatch",
  );
  // The address that a name leads to doesn't stand in for the name.
  expect(await faultOf("hooks.example", ours, "IP:127.0.0.1")).toBe(
    "tls_name_mismatch",
  );
});

test("a certificate for another name is refused", async () => {
  expect(await faultOf("hooks.example", ours, "DNS:example")).toBe(
    "tls_name_mismatch",
  );
  expect(await faultOf("hooks.example", ours, "DNS:hooks.example.org")).toBe(
    "tls_name_mismatch",
  );
  expect(await faultOf("a.b.example", ours, "DNS:*.example")).toBe(
    "tls_name_mismatch",
  );
});

test("an expired certificate is refused", async () => {
  expect(await faultOf("hooks.example", ours, "DNS:hooks.example", -1)).toBe(
    "tls_expired",
  );
});

test("a certificate of an unknown authority is refused", async () => {
  expect(await faultOf("hooks.example", another)).toBe("tls_untrusted");
});

test("a server that doesn't speak TLS is reported as such", async () => {
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response("ok"),
  });
  const { fault } = await client().send({
    ...POST,
    url: `https://hooks.example:${server.port}/`,
  });
  expect(fault).toBe("tls_failed");
});

const POST = { headers: {}, body: "{}" };

const client = () =>
  createOutbound({
    allow: cidrList("127.0.0.1"),
    version: "0.0.0",
    resolve: () => Promise.resolve(["127.0.0.1"]),
    ca: ours.ca,
  });

/** What comes of a request to a server with this certificate. */
async function faultOf(
  host: string,
  authority: Authority,
  certifiedFor = "DNS:hooks.example",
  days?: number,
) {
  let requests = 0;
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: await authority.issue(certifiedFor, days),
    fetch: () => {
      requests++;
      return new Response("ok");
    },
  });
  const { fault } = await client().send({
    ...POST,
    url: `https://${host}:${server.port}/`,
  });
  // What was refused got no request, and so no event.
  expect(requests).toBe(fault === null ? 1 : 0);
  return fault;
}
