import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import {
  maskNumber,
  maskNumbersIn,
  maskRecipient,
} from "../../src/phone/mask-numbers.ts";

test.each([
  ["+14155550123", "+141••••••23"],
  ["4915123456789", "49151••••••89"],
  ["+4412345", "••••••45"],
])("the log shows the number %s as %s", (number, shown) => {
  expect(maskNumber(number)).toBe(shown);
});

test.each(["72727", "ACME", "rcs:acme_agent"])(
  "a sender that isn't a phone number, %s, is shown",
  (sender) => {
    expect(maskNumber(sender)).toBe(sender);
  },
);

test.each([
  ["rcs:+14155550123", "rcs:+141••••••23"],
  ["messenger:1234567890123456", "messenger:••••••56"],
  ["\u202a+14155550123\u202c", "…"],
])(
  "a prefix reveals no more of a number: the log shows %j as %s",
  (address, shown) => {
    expect(maskNumber(address)).toBe(shown);
  },
);

test.each([
  ["+14155550123", "+141••••••23"],
  ["rcs:+14155550123", "rcs:+141••••••23"],
  ["US.13491208655302741918", "US.••••••18"],
  ["1234567890123456", "••••••56"],
  ["alice:14155550123", "al••••••23"],
  ["zeus", "••••••"],
  ["zeus_user", "ze••••••er"],
  ["eve@example.com", "ev••••••om"],
  ["line\nbreak", "li••••••ak"],
  ["72727", "72727"],
  ["erased-17", "erased-17"],
])("a recipient, %j, is shown as %s", (address, shown) => {
  expect(maskRecipient(address)).toBe(shown);
});

test.each(["<script>alert(1)</script>", "x".repeat(4_000), "line\nbreak"])(
  "invalid addresses aren't repeated in the log",
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
  "in a tag, %j, only what is almost certainly a number is masked",
  (tag, shown = tag) => {
    expect(maskNumbersIn(tag, [], "sure")).toBe(shown);
  },
);

test.each([
  ["+1/415/555/0123", "+141••••••23"],
  ["1,415,555,0123", "141••••••23"],
  ["1:415:555:0123", "141••••••23"],
  ["1_415_555_0123", "141••••••23"],
  ["1&415&555&0123", "141••••••23"],
  [
    "\u0661\u0664\u0661\u0665\u0665\u0665\u0665\u0660\u0661\u0662\u0663",
    "141••••••23",
  ],
  [
    "\uff0b\uff11\uff14\uff11\uff15\uff15\uff15\uff15\uff10\uff11\uff12\uff13",
    "+141••••••23",
  ],
  ["1\u200b415\u20605550123", "141••••••23"],
  ["id US.13491208655302741918", "id US.••••••18"],
  ["%2B1%20415%20555%200123", "+141••••••23"],
  ["at 10:15:00.123 on 23/11/2026", undefined],
  ["2026/11/23 10:15:00", undefined],
])("in a text, %j, a number is found in any notation", (text, shown = text) => {
  expect(maskNumbersIn(text, [], "sure")).toBe(shown);
  expect(maskNumbersIn(text, [])).toBe(shown);
});

/** Returns a text's digits as people read them, and nothing else. */
function digitsOf(text: string): string {
  return text
    .normalize("NFKC")
    .replaceAll(/[^\p{Nd}]/gu, "")
    .replaceAll(/\D/g, (digit) => {
      for (const zero of ["\u0660", "\u06f0", "\u0966", "\u09e6"]) {
        const value = digit.charCodeAt(0) - zero.charCodeAt(0);
        if (value >= 0 && value < 10) return String(value);
      }
      return "?";
    });
}

test("the middle of one of the message's own numbers is never shown, whatever is written between and around its digits", () => {
  const gap = fc.oneof(
    { weight: 5, arbitrary: fc.constant("") },
    fc.constantFrom(
      ..." -./,:_&*+|()x\u200b\u202a\ufe0f\u00a0\u2011\u20e3".split(""),
    ),
    fc.constantFrom(" - ", ") (", "&nbsp;", "%20", "\\u00a0", " and "),
  );
  const zeros = ["0", "\u0660", "\u06f0", "\u0966", "\u09e6", "\uff10"];
  const written = fc
    .tuple(
      fc.stringMatching(/^[1-9]\d{6,19}$/),
      fc.array(gap, { minLength: 20, maxLength: 20 }),
      fc.constantFrom(...zeros),
      fc.string({ maxLength: 10 }),
      fc.string({ maxLength: 10 }),
      fc.boolean(),
    )
    .filter(([digits, , , before, after]) => {
      // Before digits, it could be part of an escape, as %20 between them is.
      if (/[%\\]/.test(before)) return false;
      const hidden = digits.slice(-7, -2);
      // The part that is shown, and the text around it, may look like its middle.
      return [digits.slice(0, -8), digits.slice(0, -7), ""].every(
        (head) =>
          !digitsOf(before + head + digits.slice(-2) + after).includes(hidden),
      );
    });
  fc.assert(
    fc.property(written, ([digits, gaps, zero, before, after, hasPlus]) => {
      const text = digits
        .split("")
        .map(
          (digit, at) =>
            String.fromCharCode(zero.charCodeAt(0) + Number(digit)) + gaps[at],
        )
        .join("");
      const own = hasPlus ? `+${digits}` : digits;
      const masked = maskNumbersIn(before + text + after, [null, own], "none");
      const seen = digitsOf(masked.replaceAll(/%20|u00a0/g, ""));
      expect(seen).not.toContain(digits.slice(-7, -2));
    }),
    { numRuns: 5_000 },
  );
});

test("a tag that is one of the message's own numbers is masked, however short", () => {
  expect(maskNumbersIn("20261123", ["+20261123"], "sure")).toBe("••••••23");
});

test.each([
  ["x14155550123y", "x141••••••23y"],
  ["4155550123", "415••••••23"],
  ["(415) 555-0123", "(415) ••••••23"],
  ["a5550123b", "a••••••23b"],
  ["%14155550123", "%141••••••23"],
])("a message's own number is masked as %j too", (text, shown) => {
  expect(maskNumbersIn(text, ["+14155550123", null])).toBe(shown);
});
