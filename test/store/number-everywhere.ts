import type { Store } from "../../src/store/store.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { eventOf } from "./events.ts";

export const NUMBER = "+14155550123";
export const DIGITS = "14155550123";
/** The number, in any form. */
export const WHOLE = /1\D{0,3}415\D{0,3}555\D{0,3}0123/;

const OTHER = "+442071838750";

/** Records messages with the number in every possible place. */
export async function recordNumberEverywhere(
  store: Pick<Store, "recordEvent">,
): Promise<void> {
  const sid = newMessageSid();
  const events = [
    eventOf(
      {
        MessageSid: sid,
        MessageStatus: "sent",
        To: NUMBER,
        Note: "0415 555 0123",
      },
      { query: "order=4711&phone=%2B14155550123" },
    ),
    eventOf(
      {
        MessageSid: sid,
        MessageStatus: "failed",
        To: NUMBER,
        ErrorCode: "30003",
        ErrorMessage: `${NUMBER} is unreachable`,
      },
      { query: "order=4711&phone=%2B14155550123" },
    ),
    eventOf({
      MessageSid: sid,
      MessageStatus: "failed",
      To: NUMBER,
      ErrorMessage: `${DIGITS} was blocked`,
    }),
    eventOf(
      {
        To: `whatsapp:${NUMBER}`,
        MessageStatus: "read",
        ChannelMetadata: `{"data":{"context":{"WaId":"${DIGITS}"}}}`,
      },
      { channel: "whatsapp" },
    ),
    eventOf({ From: NUMBER, To: OTHER }),
    eventOf({ To: "+1 (415) 555-0123" }),
    eventOf(
      { To: OTHER, Note: `for ${DIGITS}` },
      { query: "for=001-415-555-0123" },
    ),
    eventOf({ To: "+12125550123", Note: "5550123" }, { query: "order=4711" }),
  ];
  await Promise.all(events.map((event) => store.recordEvent(event)));
}
