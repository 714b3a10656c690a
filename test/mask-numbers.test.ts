import { expect, test } from "bun:test";
import { maskNumber, maskNumbersIn } from "../src/mask-numbers.ts";

test.each([
  ["+14155550123", "+141••••••23"],
  ["4915123456789", "49151••••••89"],
  ["+4412345", "••••••45"],
])("of the number %s the log shows %s", (number, shown) => {
  expect(maskNumber(number)).toBe(shown);
});

test.each(["72727", "ACME", "rcs:acme_agent"])(
  "a sender that is no phone number, %s, is shown",
  (sender) => {
    expect(maskNumber(sender)).toBe(sender);
  },
);

test.each(["<script>alert(1)</script>", "x".repeat(4_000), "line\nbreak"])(
  "what is no address at all is not repeated in the log",
  (text) => {
    expect(maskNumber(text)).toBe("…");
  },
);

test.each([
  ["To +14155550123 and 442071838750.", "To +141••••••23 and 4420••••••50."],
  [
    "Cannot reach +44 7700 900123 nor 415-555-0188",
    "Cannot reach +4477••••••23 nor 41••••••88",
  ],
  ["(415) 555-0199, tel:+1 (415) 555.0199", "41••••••99, tel:+141••••••99"],
  ["(+44) 7700 900123 or 555\u20110188", "+4477••••••23 or ••••••88"],
  ["4155550188 4155550177", "••••••77"],
  ["12345678 87654321", "••••••21"],
  ["tel-4155550177x, number 5550177", "tel-41••••••77x, number ••••••77"],
  ["order 4711, code 30003, 2026-11-23", "order 4711, code 30003, 2026-11-23"],
  ["since 2026-11-23 10:15:00.123", "since 2026-11-23 10:15:00.123"],
  ["by 23.11.2026 or 2026-11-23T10:15", "by 23.11.2026 or 2026-11-23T10:15"],
  [`SM${"4155550177".repeat(3)}ab id_12345678`, undefined],
  ["6ba7b810-9dad-11d1-80b4-415555017700", undefined],
  ["1234567890123456", undefined],
])("in a text, %j, only phone numbers are masked", (text, shown = text) => {
  expect(maskNumbersIn(text, [])).toBe(shown);
});

test.each([
  ["20261123", undefined],
  ["4711", undefined],
  ["123456789", undefined],
  ["spring-2026", undefined],
  ["2026-11-23", undefined],
  ["4155550177", "41••••••77"],
  ["tel-4155550177x", "tel-41••••••77x"],
  ["+5550177", "••••••77"],
  ["(415) 555-0199", "41••••••99"],
  ["555-0199", "••••••99"],
])(
  "in a tag, %j, only what hardly is anything else is masked",
  (tag, shown = tag) => {
    expect(maskNumbersIn(tag, [], "sure")).toBe(shown);
  },
);

test("a tag that is an own number is masked, however short", () => {
  expect(maskNumbersIn("20261123", ["+20261123"], "sure")).toBe("••••••23");
});

test.each([
  ["x14155550123y", "x141••••••23y"],
  ["4155550123", "415••••••23"],
  ["(415) 555-0123", "(415) ••••••23"],
  ["a5550123b", "a••••••23b"],
])("a message's own number is masked as %j too", (text, shown) => {
  expect(maskNumbersIn(text, ["+14155550123", null])).toBe(shown);
});
