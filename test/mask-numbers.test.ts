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
  ["order 4711, code 30003, 2026-11-23", "order 4711, code 30003, 2026-11-23"],
  ["SM0123456789abcdef and id_12345678", "SM0123456789abcdef and id_12345678"],
  ["1234567890123456", "1234567890123456"],
])("in a text, %j, only phone numbers are masked", (text, shown) => {
  expect(maskNumbersIn(text, [])).toBe(shown);
});

test.each([
  ["x14155550123y", "x141••••••23y"],
  ["4155550123", "415••••••23"],
  ["(415) 555-0123", "(415) ••••••23"],
  ["a5550123b", "a••••••23b"],
])("a message's own number is masked as %j too", (text, shown) => {
  expect(maskNumbersIn(text, ["+14155550123", null])).toBe(shown);
});
