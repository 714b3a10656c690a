import { fc } from "../support/fast-check.ts";
import type { NewEvent } from "../../src/store/store.ts";
import { eventOf } from "./events.ts";

/** Twilio's values on each route, with the prefixes that are recorded there. */
const kind = fc
  .record({
    word: fc.constantFrom("sent", "failed", "undelivered", "delivered", "read"),
    channel: fc.constantFrom("sms" as const, "whatsapp" as const),
    toPrefix: fc.constantFrom("", "whatsapp:", "rcs:", "messenger:"),
    fromPrefix: fc.constantFrom("", "whatsapp:", "rcs:", "messenger:"),
  })
  .filter(
    ({ word, channel, toPrefix, fromPrefix }) =>
      word !== "read" || channel + toPrefix + fromPrefix !== "sms",
  );

/** A callback out of few values, so that several of one message repeat, add to and contradict each other. */
export function arbitraryCallback(
  account: fc.Arbitrary<string>,
): fc.Arbitrary<NewEvent> {
  return fc
    .record({
      account,
      kind,
      query: fc.constantFrom(
        "",
        "campaign=spring",
        "campaign=autumn&order=1",
        "order=1&a=%C3%A4",
      ),
      hasAccount: fc.boolean(),
      params: fc.record(
        {
          To: fc.constantFrom("+14155550123", "+442071838750", "40404", ""),
          From: fc.constantFrom("+15595551269", "ACME", ""),
          ErrorCode: fc.constantFrom("30003", "30005", "63016", "", "none"),
          ErrorMessage: fc.constantFrom("Unreachable", "Blocked"),
          NumSegments: fc.constantFrom("1", "2", ""),
          MessagingServiceSid: fc.constantFrom("MGa", "MGb", ""),
          Extra: fc.constantFrom("1", "2"),
        },
        { requiredKeys: [] },
      ),
    })
    .map(({ account: sid, kind: about, hasAccount, params, query }) => {
      const { To = "", From = "", ...others } = params;
      return eventOf(
        {
          MessageStatus: about.word,
          AccountSid: hasAccount ? sid : "",
          ...others,
          To: about.toPrefix + To,
          From: about.fromPrefix + From,
        },
        { channel: about.channel, query },
      );
    });
}
