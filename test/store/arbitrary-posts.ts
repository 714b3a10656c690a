import { fc } from "../support/fast-check.ts";
import type { FormParams } from "../../src/twilio/form.ts";

const KNOWN_NAMES =
  "To From AccountSid MessagingServiceSid ErrorCode ErrorMessage NumSegments RawDlrDoneDate " +
  "ChannelToAddress SmsSid SmsStatus ApiVersion EventType ChannelPrefix ChannelInstallSid Body";

/** Text that a form can contain: any whole characters. */
const anyText = fc.string({ unit: "binary", maxLength: 12 });

const name = fc.oneof(
  fc.constantFrom(...KNOWN_NAMES.split(" ")),
  fc.constantFrom(
    "",
    "{}",
    "{to}",
    "a=b&c",
    "a b",
    "a+b",
    "%41",
    "ä😀",
    "__proto__",
  ),
  anyText,
);

const value = fc.oneof(
  fc.constantFrom(
    "",
    "{}",
    "{to}",
    "{errorCode}",
    "whatsapp:{to}",
    "rcs:{from}",
    "messenger:{}",
    "{{}}",
    "{",
    "}",
  ),
  fc.constantFrom(
    "whatsapp:",
    "whatsapp:+1",
    "rcs:agent",
    "messenger:rcs:1",
    "whatsapp:whatsapp:+1",
    "+14155550123",
  ),
  fc.constantFrom(
    "0",
    "00",
    "030003",
    "30003",
    "1e3",
    "-1",
    "999999999",
    "9999999999",
  ),
  fc.constantFrom(
    "&=%+",
    "%41",
    "a b+c",
    "null",
    "undefined",
    "sent",
    "\u0000",
    "a\u0000b",
  ),
  fc.constantFrom("\r\n\t", "\ufeffa", "ä😀", "x".repeat(5_000), "2010-04-01"),
  anyText,
);

/** Parameters that a form can have, in any order, each name once. */
export const arbitraryPost: fc.Arbitrary<FormParams> = fc.uniqueArray(
  fc.tuple(name, value),
  { maxLength: 8, selector: ([each]) => each },
);
