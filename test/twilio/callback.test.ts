import { describe, expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { parseCallback, type Callback } from "../../src/twilio/callback.ts";
import { parseForm, type FormParams } from "../../src/twilio/form.ts";
import { canonicalSid, isMessageSid } from "../../src/twilio/sid.ts";
import { capturedCallbacks } from "../support/captured-callbacks.ts";

const hex = "0d8c3074edfe9ec8aa369c7b87077c90";
const sid = `SM${hex}`;
const required = { MessageSid: sid, MessageStatus: "sent" };

const parse = (
  params: Record<string, string>,
  channel: "sms" | "whatsapp" = "sms",
) => parseCallback(channel, Object.entries(params));

/** Returns the fault of parameters that aren't a callback. */
function faultOf(params: FormParams): string | undefined {
  const callback = parseCallback("sms", params);
  return "fault" in callback ? callback.fault : undefined;
}

describe("every captured callback is read", () => {
  test.each(capturedCallbacks)("$what", ({ what, body }) => {
    const { params } = parseForm(body);
    // An independent reading of the same form.
    const posted = new URLSearchParams(body);
    const channel = what.startsWith("whatsapp") ? "whatsapp" : "sms";
    const address = (name: string) =>
      posted
        .get(name)
        ?.replace(channel === "whatsapp" ? "whatsapp:" : "", "") ?? null;
    const errorCode = posted.get("ErrorCode");
    expect(parseCallback(channel, params)).toEqual({
      channel,
      messageSid: posted.get("MessageSid") ?? posted.get("SmsSid") ?? "",
      messageStatus:
        posted.get("MessageStatus") ?? posted.get("SmsStatus") ?? "",
      to: address("To"),
      from: address("From"),
      errorCode: errorCode === null ? null : Number(errorCode),
      errorMessage: null,
      accountSid: posted.get("AccountSid"),
      messagingServiceSid: posted.get("MessagingServiceSid"),
      numSegments: null,
      rawDlrDoneDate: posted.get("RawDlrDoneDate"),
      params,
    });
  });

  test("including legacy ones, failures, MMS and WhatsApp", () => {
    const bodies = capturedCallbacks.map((each) => each.body).join("\n");
    expect(bodies).toMatch(/ErrorCode=30003/);
    expect(bodies).toMatch(/MessageSid=MM/);
    expect(bodies).toMatch(/To=whatsapp%3A/);
    expect(
      bodies.split("\n").some((body) => !body.includes("MessageSid")),
    ).toBe(true);
  });
});

test.each<[string, Record<string, string>, Partial<Callback>]>([
  [
    "the legacy names are enough",
    { SmsSid: sid, SmsStatus: "sent" },
    { messageSid: sid, messageStatus: "sent" },
  ],
  [
    "MessageStatus wins over SmsStatus",
    { ...required, SmsStatus: "delivered" },
    { messageStatus: "sent" },
  ],
  [
    "MessageSid wins over SmsSid",
    { ...required, SmsSid: `MM${hex}` },
    { messageSid: sid },
  ],
  [
    "the two kinds of names can be mixed",
    { SmsSid: sid, MessageStatus: "read" },
    { messageSid: sid, messageStatus: "read" },
  ],
  [
    "a SID in capitals is the same SID",
    { ...required, MessageSid: `SM${hex.toUpperCase()}` },
    { messageSid: sid },
  ],
  [
    "and so are an account's and a service's",
    {
      ...required,
      AccountSid: `AC${hex.toUpperCase()}`,
      MessagingServiceSid: `MG${hex.toUpperCase()}`,
    },
    { accountSid: `AC${hex}`, messagingServiceSid: `MG${hex}` },
  ],
  [
    "an unknown status is kept",
    { ...required, MessageStatus: "on_hold" },
    { messageStatus: "on_hold" },
  ],
  [
    "an error code is a number",
    { ...required, ErrorCode: "30003" },
    { errorCode: 30003 },
  ],
  [
    "segments are a number",
    { ...required, NumSegments: "2" },
    { numSegments: 2 },
  ],
  [
    "an error's text is kept",
    { ...required, ErrorMessage: "Unknown error" },
    { errorMessage: "Unknown error" },
  ],
  [
    "a sender can be a name",
    { ...required, From: "rcs:brand_agent" },
    { from: "brand_agent", channel: "rcs" },
  ],
  [
    "an empty value counts as missing",
    { ...required, To: "", From: "", AccountSid: "", ErrorMessage: "" },
    { to: null, from: null, accountSid: null, errorMessage: null },
  ],
])("%s", (_, params, expected) => {
  expect(parse(params)).toMatchObject(expected);
});

test.each([
  "",
  " ",
  "abc",
  "-1",
  "1.5",
  "0x10",
  "1e3",
  "30003 ",
  "99999999999",
  "٣",
])("an error code of %p counts as missing", (ErrorCode) => {
  expect(parse({ ...required, ErrorCode })).toMatchObject({ errorCode: null });
});

test("an error code of 0 means that there was no error", () => {
  expect(parse({ ...required, ErrorCode: "0" })).toMatchObject({
    errorCode: null,
  });
});

test("one address prefix is removed, on either route", () => {
  const params = {
    ...required,
    To: "whatsapp:+14155550123",
    From: "whatsapp:whatsapp:x",
  };
  expect(parse(params, "whatsapp")).toMatchObject({
    to: "+14155550123",
    from: "whatsapp:x",
  });
  expect(parse(params, "sms")).toEqual(parse(params, "whatsapp"));
  expect(parse({ ...required, To: "whatsapp:" }, "whatsapp")).toMatchObject({
    to: null,
  });
  expect(parse({ ...required, To: "+1whatsapp:" }, "whatsapp")).toMatchObject({
    to: "+1whatsapp:",
  });
});

test.each<[string, FormParams, RegExp]>([
  ["nothing", [], /^MessageSid is missing\.$/],
  ["no SID", [["MessageStatus", "sent"]], /^MessageSid is missing\.$/],
  ["no status", [["MessageSid", sid]], /^MessageStatus is missing\.$/],
  [
    "an empty SID",
    [
      ["MessageSid", ""],
      ["SmsSid", sid],
      ["MessageStatus", "sent"],
    ],
    /^MessageSid is not/,
  ],
  [
    "an empty status",
    [
      ["MessageSid", sid],
      ["MessageStatus", ""],
      ["SmsStatus", "sent"],
    ],
    /^MessageStatus is not/,
  ],
  [
    "a name twice, with the same value",
    [
      ["MessageSid", sid],
      ["MessageStatus", "sent"],
      ["a", ""],
      ["a", ""],
    ],
    /twice/,
  ],
  [
    "an empty name twice",
    [
      ["MessageSid", sid],
      ["MessageStatus", "sent"],
      ["", "1"],
      ["", "2"],
    ],
    /twice/,
  ],
])("%s is a fault", (_, params, fault) => {
  expect(faultOf(params)).toMatch(fault);
});

test.each([
  `CA${hex}`,
  `sm${hex}`,
  `SM${hex}0`,
  `SM${hex.slice(1)}`,
  `SM${hex.slice(1)}g`,
  ` ${sid}`,
  `${sid}\n`,
  `SM${"０".repeat(32)}`,
])("%p isn't a message SID", (wrong) => {
  expect(isMessageSid(wrong)).toBe(false);
  expect(
    faultOf([
      ["MessageSid", wrong],
      ["MessageStatus", "sent"],
    ]),
  ).toMatch(/^MessageSid/);
});

test.each([
  "sent now",
  "sent\n",
  "<b>",
  "séant",
  "1",
  "_",
  "a".repeat(41),
  " sent",
])("%p isn't a status", (wrong) => {
  expect(
    faultOf([
      ["MessageSid", sid],
      ["MessageStatus", wrong],
    ]),
  ).toMatch(/^MessageStatus/);
});

test("a SID is stored as Twilio writes it, in any case", () => {
  expect(canonicalSid(`MM${hex.toUpperCase()}`)).toBe(`MM${hex}`);
  expect(canonicalSid(`ac${hex}`)).toBe(`AC${hex}`);
  expect(canonicalSid(`aC${hex.toUpperCase()}`)).toBe(`AC${hex}`);
  expect(canonicalSid(`MG${hex}`)).toBe(`MG${hex}`);
  expect(isMessageSid(`MM${hex}`)).toBe(true);
});

test("a fault never repeats the input, and a valid callback keeps all posted parameters", () => {
  const text = fc.string({ unit: "binary", maxLength: 8 });
  const names = fc.oneof(
    fc.constantFrom(
      "MessageSid",
      "MessageStatus",
      "SmsSid",
      "SmsStatus",
      "To",
      "ErrorCode",
    ),
    text,
  );
  const values = fc.oneof(
    fc.constantFrom(sid, "sent"),
    text.map((each) => `zq7${each}`),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(names, values), { maxLength: 6 }),
      (params) => {
        const callback = parseCallback("sms", params);
        if ("fault" in callback) expect(callback.fault).not.toContain("zq7");
        else expect(callback.params).toEqual(params);
      },
    ),
    { numRuns: 1_000 },
  );
});
