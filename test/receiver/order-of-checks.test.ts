import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rename } from "node:fs/promises";
import { startServer } from "../support/start-server.ts";
import {
  BODY_BYTES_MAX,
  PARAMS_MAX,
  expectRefusal,
  leastForm,
  ofBytes,
  ofParams,
  send,
  type Sent,
} from "./form-post.ts";

type Server = Awaited<ReturnType<typeof startServer>>;
let server: Server;
let serverWithoutToken: Server;
beforeAll(async () => {
  server = await startServer();
  serverWithoutToken = await startServer({ TWILIO_WEBHOOK_AUTH_TOKEN: "" });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await serverWithoutToken[Symbol.asyncDispose]();
});

describe("a request that breaks two rules is refused for the first of method, content type, size, signature, fields, store", () => {
  const tooMany = ofParams(PARAMS_MAX + 1);
  const tooLong = ofBytes(BODY_BYTES_MAX + 1);
  const noSid = "MessageStatus=sent";
  const noUtf8 = Buffer.concat([
    Buffer.from(`${leastForm()}&Body=`),
    Buffer.from([0xff]),
  ]);
  const withoutToken = () => serverWithoutToken;

  test.each<[string, number, Sent, (() => Server)?]>([
    [
      "method, content type",
      405,
      { method: "PUT", contentType: "application/json" },
    ],
    ["method, size", 405, { method: "PUT", body: tooLong }],
    ["method, token", 405, { method: "GET" }, withoutToken],
    ["content type, size", 415, { contentType: "text/plain", body: tooLong }],
    [
      "content type, signature",
      415,
      { contentType: "text/plain", signed: false },
    ],
    ["content type, token", 415, { contentType: "text/plain" }, withoutToken],
    ["bytes, signature", 413, { body: tooLong, signed: false }],
    ["parameters, signature", 413, { body: tooMany, signed: false }],
    ["parameters, token", 413, { body: tooMany }, withoutToken],
    ["parameters, fields", 413, { body: tooMany.replace("MessageSid", "x") }],
    ["token, signature", 503, { signed: false }, withoutToken],
    ["token, fields", 503, { body: noSid }, withoutToken],
    ["signature, fields", 403, { body: noSid, signed: false }],
    [
      "signature, bytes that aren't UTF-8",
      403,
      { body: noUtf8, signed: false },
    ],
    [
      "signature, skipped status",
      403,
      { body: "MessageStatus=queued", signed: false },
    ],
  ])("%s: %d", async (_, status, sent, to = () => server) => {
    await expectRefusal(await send(to(), sent), status);
  });

  test("fields, store: 400; and a skipped status needs no store", async () => {
    await using own = await startServer();
    await rename(own.config.databaseUrl, `${own.config.databaseUrl}.away`);
    await expectRefusal(await send(own), 503);
    await expectRefusal(await send(own, { body: noSid }), 400);
    await expectRefusal(await send(own, { signed: false }), 403);
    const skipped = leastForm().replace("sent", "queued");
    expect((await send(own, { body: skipped })).status).toBe(200);
  });
});

test("without an auth token, the response is 503 and names the setting", async () => {
  const answer = await send(serverWithoutToken);
  expect(await answer.clone().text()).toContain("TWILIO_WEBHOOK_AUTH_TOKEN");
  await expectRefusal(answer, 503);
});
