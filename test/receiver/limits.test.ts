import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { startServer } from "../support/start-server.ts";
import {
  BODY_BYTES_MAX,
  PARAMS_MAX,
  expectRefusal,
  ofBytes,
  ofParams,
  send,
} from "./form-post.ts";
import { FORM_TYPE, sendRaw, signatureOf } from "./raw-http.ts";

const path = WEBHOOK_PATHS.sms;

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("the method", () => {
  test.each("GET PUT PATCH DELETE OPTIONS".split(" "))(
    "%s is answered 405, and told that POST is allowed",
    async (method) => {
      const answer = await send(server, { method });
      expect(answer.headers.get("allow")).toBe("POST");
      await expectRefusal(answer, 405);
    },
  );

  test.each("TRACE CONNECT PROPFIND".split(" "))(
    "%s, which no script in a page can send, too",
    async (method) => {
      const { host } = new URL(server.origin);
      const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
      const answer = await sendRaw(server.origin, head);
      expect(answer.status).toBe(405);
      expect(answer.headers.get("allow")).toBe("POST");
    },
  );

  test("HEAD gets the same status without a body", async () => {
    const answer = await send(server, { method: "HEAD" });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("POST");
    expect(await answer.text()).toBe("");
  });

  // Elysia looks for the path from the URL's twelfth character on, unless it is made with
  // `handler: { standardHostname: false }`.
  test("gets 405 under a short host name, too", async () => {
    const head = `GET ${path} HTTP/1.1\r\nHost: app\r\n\r\n`;
    expect((await sendRaw(server.origin, head)).status).toBe(405);
  });

  test("on the WhatsApp route too", async () => {
    const answer = await fetch(server.origin + WEBHOOK_PATHS.whatsapp);
    expect(answer.headers.get("allow")).toBe("POST");
    await expectRefusal(answer, 405);
  });
});

describe("the content type", () => {
  test.each([
    FORM_TYPE,
    `${FORM_TYPE}; charset=UTF-8`,
    `${FORM_TYPE};charset=utf-8`,
    `${FORM_TYPE} ; charset="utf-8"; x=y`,
    "Application/X-WWW-Form-URLEncoded",
  ])("%s is a form", async (contentType) => {
    expect((await send(server, { contentType })).status).toBe(200);
  });

  test.each([
    "application/json",
    "text/plain",
    "multipart/form-data; boundary=x",
    `${FORM_TYPE}2`,
    `x${FORM_TYPE}`,
    `text/plain; x=${FORM_TYPE}`,
    `text/plain, ${FORM_TYPE}`,
    "",
  ])("%p gets 415", async (contentType) => {
    await expectRefusal(await send(server, { contentType }), 415);
  });

  test("a missing content type gets 415", async () => {
    const { host } = new URL(server.origin);
    const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3\r\n\r\na=1`;
    expect((await sendRaw(server.origin, head)).status).toBe(415);
  });
});

describe("the size", () => {
  test("exactly 64 KiB are accepted, and one byte more gets 413", async () => {
    expect((await send(server, { body: ofBytes(BODY_BYTES_MAX) })).status).toBe(
      200,
    );
    await expectRefusal(
      await send(server, { body: ofBytes(BODY_BYTES_MAX + 1) }),
      413,
    );
  });

  test("exactly 100 parameters are accepted, and one more gets 413", async () => {
    expect((await send(server, { body: ofParams(PARAMS_MAX) })).status).toBe(
      200,
    );
    await expectRefusal(
      await send(server, { body: ofParams(PARAMS_MAX + 1) }),
      413,
    );
  });

  const head = (...headers: readonly string[]) =>
    [
      `POST ${path} HTTP/1.1`,
      `Host: ${new URL(server.origin).host}`,
      `Content-Type: ${FORM_TYPE}`,
      ...headers,
    ].join("\r\n") + "\r\n\r\n";

  test("a huge length that is only announced gets 413 at once", async () => {
    const announced = head("Content-Length: 99999999999");
    const answer = await sendRaw(server.origin, announced, "a=1");
    expect(answer.status).toBe(413);
    expect(answer.headers.get("connection")).toBe("close");
  });

  test("a body of unknown length gets 413 once it's over 64 KiB, not at its end", async () => {
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    const chunked = head("Transfer-Encoding: chunked");
    const answer = await sendRaw(
      server.origin,
      chunked,
      chunk.repeat(4),
      "1\r\nx\r\n",
    );
    expect(answer.status).toBe(413);
  });

  test("a body of unknown length is accepted up to 64 KiB", async () => {
    const body = ofBytes(BODY_BYTES_MAX);
    const chunked = head(
      "Transfer-Encoding: chunked",
      `X-Twilio-Signature: ${signatureOf(server.origin + path, body)}`,
    );
    const chunks = [
      body.slice(0, 7),
      body.slice(7, 40_000),
      body.slice(40_000),
    ];
    const parts = chunks.map(
      (each) => `${each.length.toString(16)}\r\n${each}\r\n`,
    );
    const answer = await sendRaw(server.origin, chunked, ...parts, "0\r\n\r\n");
    expect(answer).toMatchObject({
      status: 200,
      body: '{"success":true,"processed":1}',
    });
  });

  test.each([
    [
      "a length and chunks",
      ["Content-Length: 3", "Transfer-Encoding: chunked"],
    ],
    ["two lengths", ["Content-Length: 3", "Content-Length: 4"]],
    ["a length that isn't a number", ["Content-Length: 0x3"]],
  ])("%s are refused as a malformed request", async (_, headers) => {
    const answer = await sendRaw(server.origin, head(...headers), "a=1");
    expect(answer.status).toBe(400);
  });
});
