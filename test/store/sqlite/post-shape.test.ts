import { describe, expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import { restorePost, shapePost } from "../../../src/store/core/post-shape.ts";
import type { FormParams } from "../../../src/twilio/form.ts";
import { arbitraryPost } from "../arbitrary-posts.ts";

const sid = "SM0d8c3074edfe9ec8aa369c7b87077c90";
const none = {
  messageSid: sid,
  to: null,
  from: null,
  errorCode: null,
  errorMessage: null,
  accountSid: null,
  messagingServiceSid: null,
  numSegments: null,
  rawDlrDoneDate: null,
  mcc: null,
  mnc: null,
};

const text = fc.option(
  fc.oneof(
    fc.constantFrom("", "+14155550123", "whatsapp:+1", "{to}", "null", "sent"),
    fc.string({ unit: "binary", maxLength: 6 }),
  ),
);
const integer = fc.option(fc.constantFrom(0, 1, 30003, 999_999_999));
const columns = fc.record({
  messageSid: fc.constant(sid),
  to: text,
  from: text,
  errorCode: integer,
  errorMessage: text,
  accountSid: text,
  messagingServiceSid: text,
  numSegments: integer,
  rawDlrDoneDate: text,
  mcc: text,
  mnc: text,
});

test("any post is restored from its shape, whatever the columns contain", () => {
  const posts = fc
    .tuple(arbitraryPost, arbitraryPost)
    .map(([params, more]): FormParams => [...params, ...more]);
  fc.assert(
    fc.property(posts, columns, (params, own) => {
      const { shape, values } = shapePost(params, own);
      const stored: { shape: string; values: string[] } = JSON.parse(
        JSON.stringify({ shape, values }),
      );
      expect(restorePost(stored, own)).toEqual(params);
    }),
    { numRuns: 3_000 },
  );
});

describe("posts that differ only in their own values have one shape", () => {
  const shapeOf = (params: FormParams, own: Partial<typeof none> = {}) =>
    shapePost(params, { ...none, ...own });

  test("a value that is in a column isn't stored again", () => {
    const params: FormParams = [
      ["MessageSid", sid],
      ["SmsSid", sid],
      ["MessageStatus", "sent"],
    ];
    const { shape, values } = shapeOf(params);
    expect(values).toEqual([]);
    expect(shape).not.toContain(sid);
  });

  test("other values are stored in order", () => {
    const other = `SM${"0".repeat(32)}`;
    const first = shapeOf([
      ["MessageSid", sid],
      ["SmsSid", other],
      ["Body", "{to}"],
    ]);
    const second = shapeOf([
      ["MessageSid", sid],
      ["SmsSid", sid.toUpperCase()],
      ["Body", ""],
    ]);
    expect(first.values).toEqual([other, "{to}"]);
    expect(second.shape).toBe(first.shape);
  });

  test("text that isn't Twilio's own creates no shapes, whatever its length", () => {
    const long = "x".repeat(65);
    const { shape, values } = shapeOf([
      ["EventType", long],
      ["Body", "hello"],
    ]);
    expect(values).toEqual([long, "hello"]);
    expect(shape).not.toContain("x");
  });
});
