import { expect, test } from "bun:test";
import { MADE_UP_SID_START } from "../../src/twilio/made-up-sid.ts";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { get } from "./page-client.ts";

const MARK = />\s*Made up\s*</;

test("a made-up message is marked in lists and on its page, and a real one isn't", async () => {
  await using server = await startServer();
  const real = newMessageSid();
  const madeUp = MADE_UP_SID_START + real.slice(MADE_UP_SID_START.length);
  const To = "+14155550123";
  for (const MessageSid of [real, madeUp])
    await server.twilio.post({ MessageSid, MessageStatus: "failed", To });
  const marksOn = async (path: string): Promise<number> =>
    (await get(server.origin + path)).text
      .split(/<tr|<h1/)
      .filter((part) => MARK.test(part)).length;
  expect(await marksOn("/messages")).toBe(1);
  expect(await marksOn(`/messages?q=sid:${MADE_UP_SID_START}`)).toBe(1);
  expect(await marksOn(`/messages?q=-sid:${MADE_UP_SID_START}`)).toBe(0);
  expect(await marksOn(`/messages/${madeUp}`)).toBe(1);
  // On the real message's page, only the other message to the same recipient is marked.
  const page = (await get(`${server.origin}/messages/${real}`)).text;
  expect(page.split("Other messages to this recipient")[0]).not.toMatch(MARK);
  expect(page.split("Other messages to this recipient")[1]).toMatch(MARK);
});
