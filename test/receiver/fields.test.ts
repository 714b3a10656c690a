import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { expectRefusal, leastForm, send } from "./form-post.ts";
import { postRaw, sendRaw } from "./raw-http.ts";
import { eventsIn } from "../support/rows.ts";

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const hex = "0123456789abcdef0123456789abcdef";

describe("a signed form that isn't a callback gets 400, and the field is named", () => {
  test.each([
    ["nothing", "", "MessageSid"],
    ["no MessageSid", "MessageStatus=sent", "MessageSid"],
    ["an empty MessageSid", "MessageSid=&MessageStatus=sent", "MessageSid"],
    [
      "an empty one next to a valid SmsSid",
      `MessageSid=&SmsSid=SM${hex}&MessageStatus=sent`,
      "MessageSid",
    ],
    [
      "a MessageSid too short",
      `MessageSid=SM${hex.slice(1)}&MessageStatus=sent`,
      "MessageSid",
    ],
    [
      "a MessageSid too long",
      `MessageSid=SM${hex}0&MessageStatus=sent`,
      "MessageSid",
    ],
    ["a call's SID", `MessageSid=CA${hex}&MessageStatus=sent`, "MessageSid"],
    [
      "a MessageSid with a line after it",
      `MessageSid=SM${hex}%0A&MessageStatus=sent`,
      "MessageSid",
    ],
    [
      "a name in another case",
      `messagesid=SM${hex}&MessageStatus=sent`,
      "MessageSid",
    ],
    ["no MessageStatus", `MessageSid=SM${hex}`, "MessageStatus"],
    [
      "an empty MessageStatus",
      `MessageSid=SM${hex}&MessageStatus=`,
      "MessageStatus",
    ],
    [
      "a MessageStatus of two words",
      `MessageSid=SM${hex}&MessageStatus=sent+now`,
      "MessageStatus",
    ],
    [
      "a MessageStatus with markup",
      `MessageSid=SM${hex}&MessageStatus=%3Cb%3E`,
      "MessageStatus",
    ],
    [
      "MessageSid twice",
      `MessageSid=SM${hex}&MessageSid=SM${hex}&MessageStatus=sent`,
      "MessageSid is given twice.",
    ],
    [
      "MessageStatus twice",
      `MessageSid=SM${hex}&MessageStatus=sent&MessageStatus=read`,
      "MessageStatus is given twice.",
    ],
    [
      "any other name twice",
      `MessageSid=SM${hex}&MessageStatus=sent&x=1&x=2`,
      "A parameter is given twice.",
    ],
    ["a name of digits", `MessageSid=SM${hex}&MessageStatus=sent&12=`, "name"],
    ["an empty name", `MessageSid=SM${hex}&MessageStatus=sent&=`, "name"],
    [
      "a name with markup",
      `MessageSid=SM${hex}&MessageStatus=sent&%3Cb%3E=`,
      "name",
    ],
    [
      "an AccountSid of another form",
      `MessageSid=SM${hex}&MessageStatus=sent&AccountSid=AC1`,
      "AccountSid is not",
    ],
    [
      "an ErrorCode that is no number",
      `MessageSid=SM${hex}&MessageStatus=failed&ErrorCode=30003x`,
      "ErrorCode is not",
    ],
    [
      "a number with letters",
      `MessageSid=SM${hex}&MessageStatus=sent&To=%2B14155550123Mcc310`,
      "To is not",
    ],
    [
      "a name twice, escaped once",
      `MessageSid=SM${hex}&MessageStatus=sent&x=&%78=`,
      "twice",
    ],
    [
      "bytes that aren't UTF-8, escaped",
      `MessageSid=SM${hex}&MessageStatus=sent&x=%ff`,
      "UTF-8",
    ],
    [
      "half a character",
      `MessageSid=SM${hex}&MessageStatus=sent&x=%E2%82`,
      "UTF-8",
    ],
    [
      "half a surrogate pair",
      `MessageSid=SM${hex}&MessageStatus=sent&x=%ED%A0%80`,
      "UTF-8",
    ],
  ])("%s", async (_, body, named) => {
    const answer = await send(server, { body });
    expect(await answer.clone().text()).toContain(named);
    await expectRefusal(answer, 400);
  });

  test("bytes that aren't UTF-8, unescaped", async () => {
    const start = Buffer.from(`${leastForm()}&Body=`);
    const body = Buffer.concat([start, Buffer.from([0xff, 0x61])]);
    const answer = await send(server, { body });
    expect(await answer.clone().text()).toContain("UTF-8");
    await expectRefusal(answer, 400);
  });

  test("none of it is kept", async () => {
    expect(await eventsIn(server.store)).toEqual([]);
  });
});

test("a signed request without a body gets 400", async () => {
  const answer = await postRaw(server.origin, { target: WEBHOOK_PATHS.sms });
  expect(answer.status).toBe(400);
});

test("a signed form with unknown names, empty values and extra ampersands is accepted", async () => {
  const body = `&&${leastForm()}&&New=&new_2=%F0%9F%98%80&Empty&`;
  const answer = await send(server, { body });
  expect(await answer.json()).toEqual({ success: true, processed: 1 });
});

test("a MessageSid in capitals means the same message", async () => {
  const sid = newMessageSid();
  const upper = `SM${sid.slice(2).toUpperCase()}`;
  await server.twilio.post({ MessageSid: upper, MessageStatus: "sent" });
  await server.twilio.post({ MessageSid: sid, MessageStatus: "delivered" });
  expect(await server.store.timeline(sid)).toMatchObject([
    { status: "sent" },
    { status: "delivered" },
  ]);
});

describe("no response repeats what was sent", () => {
  const marker = "zq7marker";
  const whole = { MessageSid: `SM${hex}`, MessageStatus: "sent" };
  const form = (params: Record<string, string>) =>
    new URLSearchParams(params).toString();

  test.each<[number, string, string]>([
    [200, form({ ...whole, Body: marker, [marker]: "1" }), "x"],
    [200, form({ ...whole, MessageStatus: marker.replace("7", "") }), "x"],
    [400, form({ ...whole, MessageSid: marker }), "x"],
    [400, form({ ...whole, MessageStatus: `${marker} ${marker}` }), "x"],
    [400, `${form(whole)}&${marker}=1&${marker}=1`, "x"],
    [400, `${form(whole)}&${marker}=%ff`, "x"],
    [403, form({ ...whole, AccountSid: marker, To: marker }), marker],
    [413, marker.repeat(10_000), marker],
  ])("in a %d", async (status, body, signature) => {
    const answer = await postRaw(server.origin, {
      target: `${WEBHOOK_PATHS.sms}?${marker}=${marker}`,
      body,
      headers: [
        `X-${marker}: ${marker}`,
        // A second signature invalidates the first.
        ...(signature === marker ? [`X-Twilio-Signature: ${marker}`] : []),
      ],
    });
    expect(answer.status).toBe(status);
    const text = answer.body + JSON.stringify([...answer.headers]);
    expect(text.toLowerCase()).not.toContain("zq");
  });

  test.each([405, 415])("in a %d", async (status) => {
    const { host } = new URL(server.origin);
    const head = [
      `${status === 405 ? "PUT" : "POST"} ${WEBHOOK_PATHS.sms}?${marker} HTTP/1.1`,
      `Host: ${host}`,
      `Content-Type: text/${marker}`,
      "Content-Length: 9",
    ];
    const answer = await sendRaw(
      server.origin,
      `${head.join("\r\n")}\r\n\r\n${marker}`,
    );
    expect(answer.status).toBe(status);
    expect(answer.body + JSON.stringify([...answer.headers])).not.toContain(
      marker,
    );
  });
});
