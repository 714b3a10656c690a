import { expect, test } from "bun:test";
import { maskNumber } from "../src/log.ts";

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
