import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rename } from "node:fs/promises";
import { assetPath } from "../../src/http/assets.ts";
import { addressOf } from "../support/route-list.ts";
import { startServer } from "../support/start-server.ts";
import { leastForm, ofBytes, send } from "../receiver/form-post.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "OPTIONS"];
const UNKNOWN = [
  "/nothing-here",
  "/api/nothing-here",
  "/api/v1/nothing-here",
  "/api/rpc/nothing-here",
  "/assets/000000000000/style.css",
  assetPath("style.css"),
  assetPath("favicon.svg"),
];

function expectSecurityHeaders(response: Response, what: string): void {
  const policy = response.headers.get("content-security-policy") ?? "";
  expect([what, policy]).toEqual([
    what,
    expect.stringContaining("default-src 'none'"),
  ]);
  expect([what, response.headers.get("x-content-type-options")]).toEqual([
    what,
    "nosniff",
  ]);
  expect(response.headers.get("x-frame-options")).toBe("DENY");
  expect(response.headers.get("referrer-policy")).toBe("same-origin");
}

/** Resolves to the status line and headers of a response, which may never end. */
async function headOf(url: string, init: RequestInit): Promise<Response> {
  const away = new AbortController();
  const response = await fetch(url, {
    ...init,
    redirect: "manual",
    signal: away.signal,
  });
  away.abort();
  return response;
}

describe.each(["none", "password", "proxy"])(
  "every route answers every method with the security headers, with SIGN_IN=%s",
  (signIn) => {
    let server: Awaited<ReturnType<typeof startServer>>;
    beforeAll(async () => {
      server = await startServer({
        SIGN_IN: signIn,
        ...(signIn === "proxy" && { TRUSTED_PROXIES: "127.0.0.1" }),
      });
    });
    afterAll(() => server[Symbol.asyncDispose]());

    test.each(METHODS)("%s", async (method) => {
      const paths = new Set([
        ...server.routes.map(({ path }) => addressOf(path)),
        ...UNKNOWN,
      ]);
      expect(paths.size).toBeGreaterThan(40);
      for (const path of paths)
        for (const headers of [{}, { "hx-request": "true" }, { via: "proxy" }])
          expectSecurityHeaders(
            await headOf(server.origin + path, { method, headers }),
            `${method} ${path}`,
          );
    });
  },
);

test("every webhook response has the security headers", async () => {
  await using server = await startServer();
  const { databaseUrl } = server.config;
  const expectFrom = async (
    status: number,
    answer: Promise<Response>,
  ): Promise<void> => {
    const response = await answer;
    expect(response.status).toBe(status);
    expectSecurityHeaders(response, String(status));
  };
  await expectFrom(200, server.twilio.post());
  await expectFrom(200, server.twilio.post({ MessageStatus: "queued" }));
  await expectFrom(400, server.twilio.postExactly({ MessageStatus: "sent" }));
  await expectFrom(403, server.twilio.post({}, { authToken: "another" }));
  await expectFrom(403, send(server, { body: leastForm(), signed: false }));
  await expectFrom(405, send(server, { method: "PUT" }));
  await expectFrom(413, send(server, { body: ofBytes(70_000) }));
  await expectFrom(415, send(server, { contentType: "text/plain" }));
  await rename(databaseUrl, `${databaseUrl}.away`);
  await expectFrom(503, server.twilio.post());
  await rename(`${databaseUrl}.away`, databaseUrl);
});
