import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { startServer } from "../support/start-server.ts";
import { leastForm } from "./form-post.ts";
import { postRaw, signatureOf, type Post } from "./raw-http.ts";

const path = WEBHOOK_PATHS.sms;

type Server = Awaited<ReturnType<typeof startServer>>;

/** Resolves to the status for a callback that is posted byte for byte. */
async function statusOf(
  server: Server,
  post: Partial<Post> = {},
): Promise<number> {
  const whole = { target: path, body: leastForm(), ...post };
  return (await postRaw(server.origin, whole)).status;
}

describe("the address of the connection, if PUBLIC_URL isn't set", () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("a trailing slash is part of it", async () => {
    const slashed = `${path}/`;
    const signedUrl = server.origin + path;
    expect(await statusOf(server, { target: slashed })).toBe(200);
    expect(await statusOf(server, { target: slashed, signedUrl })).toBe(403);
    const target = `${slashed}?a=1/`;
    expect(await statusOf(server, { target })).toBe(200);
    expect(await statusOf(server, { signedUrl: `${signedUrl}/` })).toBe(403);
  });

  test.each([
    ["plain pairs", "?campaign=spring&order=4711"],
    ["a name without a value", "?a"],
    ["a name twice", "?a=2&a=1&a=2"],
    ["an unescaped quote", "?a=it's"],
    ["a quote escaped", "?a=it%27s"],
    ["unescaped double quotes", '?a="b"'],
    ["double quotes escaped", "?a=%22b%22"],
    ["unescaped brackets", "?a=<b>"],
    ["brackets escaped", "?a=%3Cb%3E"],
    ["brackets escaped in lower case", "?a=%3cb%3e"],
    ["one kind unescaped, another escaped", "?a=<b>&c=%27"],
    ["an unescaped and an escaped quote", "?name=O'Neil&x=%27"],
    ["an unescaped and an escaped letter", "?n=é&m=%C3%A9"],
    ["both spellings of every kind in one value", `?a='%27"%22é%C3%A9<%3C`],
    ["every kind unescaped", `?a='"<ü✓😀>`],
    ["unescaped Unicode", "?a=ü✓😀"],
    ["escaped Unicode", "?a=%C3%BC%E2%9C%93%F0%9F%98%80"],
    ["Unicode escaped in lower case", "?a=%c3%bc"],
    ["a plus sign and an escaped space", "?a=b+c%20d"],
    ["other characters", "?a=/:@!$()*,;[]{}|^`~\\?-._"],
    ["invalid escapes", "?a=%&b=%zz&c=%4"],
    ["an escaped zero, line break and percent sign", "?a=%00%0A%25"],
    ["bytes that aren't UTF-8, escaped", "?a=%FF%E2%82"],
    ["an escaped letter", "?%61=%62"],
  ])("a query with %s is signed as sent", async (_, query) => {
    expect(await statusOf(server, { target: path + query })).toBe(200);
    const tampered = server.origin + path + query;
    const target = `${path}${query}x`;
    expect(await statusOf(server, { target, signedUrl: tampered })).toBe(403);
  });

  test.each([
    ["a dot", `/.${path}`],
    ["two dots", `/x/..${path}`],
    ["an escaped dot", `/%2e${path}`],
    ["a trailing dot", `${path}/.`],
    ["a backslash", path.replace("/rpc", "\\rpc")],
  ])(
    "a path with %s counts as signed for the path that it resolves to",
    async (_, target) => {
      const signedUrl = new URL(target, server.origin).href;
      expect(await statusOf(server, { target, signedUrl })).toBe(200);
      // The server gets the resolved path, not its original spelling.
      expect(await statusOf(server, { target })).toBe(403);
    },
  );

  test("a path with an escaped letter is a different path", async () => {
    const target = path.replace("sms", "%73ms");
    expect(await statusOf(server, { target })).toBe(404);
  });

  test("a query that is added, removed or reordered is refused", async () => {
    const signedUrl = `${server.origin}${path}?a=1&b=2`;
    for (const query of ["", "?a=1", "?b=2&a=1", "?a=1&b=2&c=3", "?a=1&b=3"])
      expect(await statusOf(server, { target: path + query, signedUrl })).toBe(
        403,
      );
  });

  test("the port may be signed or not", async () => {
    const signedUrl = `${server.origin.replace(/:\d+$/, "")}${path}`;
    expect(await statusOf(server, { signedUrl })).toBe(200);
    const otherPort = `${server.origin.replace(/:\d+$/, ":1")}${path}`;
    expect(await statusOf(server, { signedUrl: otherPort })).toBe(403);
  });

  test("the fragment that Twilio doesn't send isn't signed", async () => {
    const signedUrl = `${server.origin}${path}#rc=5&rp=all`;
    expect(await statusOf(server, { signedUrl })).toBe(403);
  });

  test("the channel is part of it", async () => {
    const signedUrl = server.origin + WEBHOOK_PATHS.whatsapp;
    expect(await statusOf(server, { signedUrl })).toBe(403);
  });

  test("forwarding headers are ignored", async () => {
    const headers = [
      "X-Forwarded-Proto: https",
      "X-Forwarded-Host: sms.example.com",
    ];
    const signedUrl = `https://sms.example.com${path}`;
    expect(await statusOf(server, { headers, signedUrl })).toBe(403);
    expect(await statusOf(server, { headers })).toBe(200);
  });
});

describe("two signature headers are refused", () => {
  test.each([
    ["the right one and another", "x"],
    ["the right one twice", undefined],
  ])("%s", async (_, second) => {
    await using server = await startServer();
    const body = leastForm();
    const signature = second ?? signatureOf(server.origin + path, body);
    const headers = [`X-Twilio-Signature: ${signature}`];
    expect(await statusOf(server, { body, headers })).toBe(403);
  });
});

describe("PUBLIC_URL", () => {
  test("is the signed address, whatever the connection's own address is", async () => {
    await using server = await startServer({
      PUBLIC_URL: "https://sms.example.com",
    });
    const signedUrl = `https://sms.example.com${path}`;
    expect(await statusOf(server, { signedUrl })).toBe(200);
    expect(await statusOf(server)).toBe(403);
    const query = "?a='b'";
    const target = path + query;
    expect(
      await statusOf(server, { target, signedUrl: signedUrl + query }),
    ).toBe(200);
    expect(await statusOf(server, { target, signedUrl })).toBe(403);
    expect(
      await statusOf(server, {
        signedUrl: `https://sms.example.com:443${path}`,
      }),
    ).toBe(200);
    expect(
      await statusOf(server, { signedUrl: `http://sms.example.com${path}` }),
    ).toBe(403);
  });

  test("keeps Host and forwarding headers from choosing what was signed", async () => {
    await using server = await startServer({
      PUBLIC_URL: "https://sms.example.com",
      TRUSTED_PROXIES: "127.0.0.0/8",
    });
    const headers = [
      "X-Forwarded-Proto: https",
      "X-Forwarded-Host: evil.example",
    ];
    for (const origin of [
      "https://evil.example",
      "http://evil.example",
      server.origin,
    ])
      expect(
        await statusOf(server, { headers, signedUrl: origin + path }),
      ).toBe(403);
    const signedUrl = `https://sms.example.com${path}`;
    expect(await statusOf(server, { headers, signedUrl })).toBe(200);
  });

  test("with a port can be signed with it or without", async () => {
    await using server = await startServer({
      PUBLIC_URL: "https://sms.example.com:8443",
    });
    for (const [host, status] of [
      ["sms.example.com:8443", 200],
      ["sms.example.com", 200],
      ["sms.example.com:443", 403],
    ] as const)
      expect(
        await statusOf(server, { signedUrl: `https://${host}${path}` }),
      ).toBe(status);
  });

  test.each(["https://ops.example.com/sms", "https://ops.example.com/sms/"])(
    "%s has a base path, which a proxy passes on or takes off",
    async (PUBLIC_URL) => {
      await using server = await startServer({ PUBLIC_URL });
      const signedUrl = `https://ops.example.com/sms${path}`;
      for (const prefix of ["/sms", ""]) {
        const target = prefix + path;
        expect(await statusOf(server, { target, signedUrl })).toBe(200);
        const unprefixed = `https://ops.example.com${path}`;
        expect(await statusOf(server, { target, signedUrl: unprefixed })).toBe(
          403,
        );
        const slashed = { target: `${target}/`, signedUrl: `${signedUrl}/` };
        expect(await statusOf(server, slashed)).toBe(200);
      }
      const target = `/other${path}`;
      expect(await statusOf(server, { target, signedUrl })).toBe(404);
    },
  );
});

describe("TRUSTED_PROXIES", () => {
  const signedUrl = `https://sms.example.com${path}`;
  const headers = [
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: sms.example.com",
  ];

  test.each([
    ["127.0.0.1", 200],
    ["10.0.0.0/8, 127.0.0.0/8", 200],
    ["0.0.0.0/0", 200],
    ["10.0.0.0/8", 403],
    ["127.0.0.2", 403],
    ["::1", 403],
    ["", 403],
  ])(
    "%p: a callback that came over 127.0.0.1 for https is answered %d",
    async (TRUSTED_PROXIES, status) => {
      await using server = await startServer({ TRUSTED_PROXIES });
      expect(await statusOf(server, { headers, signedUrl })).toBe(status);
    },
  );

  test("a single header is trusted too, and Host if there is none", async () => {
    await using server = await startServer({ TRUSTED_PROXIES: "127.0.0.1" });
    const { host } = new URL(server.origin);
    const only = (header: string) => ({ headers: [header] });
    expect(
      await statusOf(server, {
        ...only("X-Forwarded-Proto: HTTPS"),
        signedUrl: `https://${host}${path}`,
      }),
    ).toBe(200);
    expect(
      await statusOf(server, {
        ...only("X-Forwarded-Host: a.example"),
        signedUrl: `http://a.example${path}`,
      }),
    ).toBe(200);
    expect(await statusOf(server)).toBe(200);
  });

  test("with several proxies, the first one's values count", async () => {
    await using server = await startServer({ TRUSTED_PROXIES: "127.0.0.1" });
    const several = [
      "X-Forwarded-Proto: https, http",
      "X-Forwarded-Host: sms.example.com, inside",
    ];
    expect(await statusOf(server, { headers: several, signedUrl })).toBe(200);
  });
});
