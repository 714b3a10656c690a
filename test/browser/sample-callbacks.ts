import { createHash } from "node:crypto";
import type { Channel } from "../../src/twilio/status.ts";
import type { twilioClient } from "../support/twilio-client.ts";

type Twilio = ReturnType<typeof twilioClient>;

const NUMBERS = [
  "+14155550123",
  "+12125550187",
  "+447700900118",
  "+4915123456789",
  "+33612345678",
  "+13055550142",
  "+5511998765432",
  "+819012345678",
];
/** How messages end, in turn: most are delivered. */
const ENDS: readonly (readonly [status: string, errorCode?: string])[] = [
  ["delivered"],
  ["delivered"],
  ["read"],
  ["delivered"],
  ["undelivered", "30003"],
  ["delivered"],
  ["sent"],
  ["failed", "21610"],
  ["delivered"],
  ["undelivered", "30005"],
  ["delivered"],
  ["failed", "30034"],
  ["delivered"],
  ["undelivered", "30007"],
];

/** Returns a message SID that is the same in each run. */
export function sampleSid(index: number): string {
  const digits = createHash("sha256").update(`message ${index}`).digest("hex");
  return `SM${digits.slice(0, 32)}`;
}

/**
 * Posts the callbacks of `count` messages, like those of a team that sends reminders and
 * campaigns.
 */
export async function postSampleCallbacks(
  twilio: Twilio,
  count: number,
): Promise<void> {
  for (let index = 0; index < count; index++) {
    const [end, errorCode] = ENDS[index % ENDS.length] ?? ["sent"];
    const channel: Channel = end === "read" ? "whatsapp" : "sms";
    const prefix = channel === "whatsapp" ? "whatsapp:" : "";
    const fields = {
      MessageSid: sampleSid(index),
      To: prefix + (NUMBERS[index % NUMBERS.length] ?? ""),
      From: index % 5 === 0 ? "ACMECLINIC" : `${prefix}+15595551269`,
      ...(index % 3 === 0 && {
        MessagingServiceSid: "MG0123456789abcdef0123456789abcdef",
      }),
    };
    const query =
      index % 2 === 0
        ? `?campaign=${index % 4 === 0 ? "reminder" : "spring"}&order=${4700 + index}&team=north`
        : "";
    for (const status of new Set([
      "sent",
      ...(end === "read" ? ["delivered"] : []),
      end,
    ])) {
      const answer = await twilio.post(
        {
          ...fields,
          MessageStatus: status,
          ...(status === end && errorCode && { ErrorCode: errorCode }),
          ...(status === "delivered" && { RawDlrDoneDate: "2611231402" }),
        },
        { channel, query },
      );
      if (!answer.ok) throw new Error(`A callback got ${answer.status}.`);
    }
  }
}

/** Markup, long values and right-to-left text. */
export const HOSTILE_VALUES: readonly string[] = [
  "<script>alert(1)</script>",
  "javascript:alert(1)//",
  '"><img src=x onerror=alert(1)>',
  "مرحبا \u202egnp.exe",
  "👩‍👩‍👧‍👦🏳️‍🌈 Ünïcødé",
  "W".repeat(4_000),
  "a b\tc\nd",
  "' or 1=1 --",
];

/** Posts what a hostile or careless sender might sign, as far as it is accepted. */
export async function postHostileCallbacks(twilio: Twilio): Promise<void> {
  for (const [index, value] of HOSTILE_VALUES.entries()) {
    const isAddress = value.length <= 32 && !/\p{Cc}/u.test(value);
    await twilio.post(
      {
        MessageSid: sampleSid(10_000 + index),
        MessageStatus: index % 2 === 0 ? "undelivered" : "delivered",
        ...(isAddress && { To: value, From: value }),
        ErrorCode: index % 2 === 0 ? "99123" : "",
        ErrorMessage: value,
        Body: value,
        b_name: value,
      },
      {
        query: `?${new URLSearchParams({ note: value.slice(0, 1_500), "<i>": "1" })}`,
      },
    );
  }
}
