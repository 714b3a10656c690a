import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { plainText } from "../../src/phone/pasted-text.ts";
import { countryCodes } from "../../src/phone/country-names.ts";
import {
  conditionPair,
  filterText,
  parseFilter,
} from "../../src/messages/filter-language.ts";
import { numberMeant } from "../../src/phone/number-meant.ts";
import type { Condition } from "../../src/store/filter.ts";
import { EVENT_STATUSES } from "../../src/twilio/status.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");

const hex = fc.stringMatching(/^[0-9a-f]{32}$/);
const sidStart = fc
  .tuple(fc.constantFrom("SM", "MM"), fc.stringMatching(/^[0-9a-f]{1,32}$/))
  .map(([letters, digits]) => letters + digits);
const number = fc.stringMatching(/^(?:\+\d{1,15}|\d{4,15})$/);
const otherAddress = fc
  .oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
    fc.constantFrom('a"b', "a\\", "-x", "a:b", "a, b", '"', '\\\\"', "~12"),
  )
  .filter(
    (text) =>
      numberMeant(text) === undefined &&
      !/^whatsapp:|^(?:SM|MM)[0-9a-f]+$/i.test(text),
  );
const address = fc.oneof(number, otherAddress);
const tagName = fc.oneof(
  fc.string({ minLength: 1, maxLength: 10 }),
  fc.constantFrom("a=b", "%3D", "a%3db%25", "="),
);

function values<T>(value: fc.Arbitrary<T>) {
  return fc.array(value, { minLength: 1, maxLength: 3 });
}

const condition: fc.Arbitrary<Condition> = fc
  .tuple(
    fc.boolean(),
    fc.oneof(
      fc.record({
        field: fc.constant("status" as const),
        values: values(fc.constantFrom(...EVENT_STATUSES)),
      }),
      fc.record({
        field: fc.constant("channel" as const),
        values: values(fc.constantFrom("sms" as const, "whatsapp" as const)),
      }),
      fc.record({
        field: fc.constant("code" as const),
        values: values(fc.nat(999_999_999)),
      }),
      fc.record({
        field: fc.constant("country" as const),
        values: values(fc.constantFrom(...countryCodes())),
      }),
      fc.record({
        field: fc.constantFrom("to" as const, "from" as const),
        values: values(address),
      }),
      fc.record({
        field: fc.constant("sid" as const),
        values: values(sidStart),
      }),
      fc.record({
        field: fc.constant("account" as const),
        values: values(hex.map((digits) => `AC${digits}`)),
      }),
      fc.record({
        field: fc.constant("service" as const),
        values: values(hex.map((digits) => `MG${digits}`)),
      }),
      fc.record({
        field: fc.constant("tag" as const),
        name: tagName,
        value: fc.option(fc.string({ unit: "grapheme", maxLength: 12 }), {
          nil: undefined,
        }),
      }),
      fc.record({
        field: fc.constantFrom("after" as const, "before" as const),
        at: fc.integer({ min: 0, max: Date.parse("9999-12-31T23:59:59.999Z") }),
      }),
      fc.record({
        field: fc.constant("word" as const),
        text: fc.oneof(address, sidStart),
      }),
    ),
  )
  .map(([negated, rest]) => ({ negated, ...rest }));

test("a written filter is read as it was meant", () => {
  fc.assert(
    fc.property(fc.array(condition, { maxLength: 6 }), (filter) => {
      const read = parseFilter(filterText(filter.map(conditionPair)), NOW);
      expect(read.mistakes).toEqual([]);
      expect(read.filter).toEqual(filter);
    }),
    { numRuns: 2_000 },
  );
});

const piece = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom(
    ...'status: -code: to: tag: after: whatsapp: sent 30003 415 +1 ( ) - , " \\ = ~ : 24h'.split(
      " ",
    ),
    " ",
    "\t",
    "\u00a0",
  ),
);

test("any text is read: mistakes and terms have positions in it, and each term is a condition or a mistake", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      const { filter, terms, mistakes } = parseFilter(text, NOW);
      let end = 0;
      for (const term of terms) {
        expect(term.from).toBeGreaterThanOrEqual(end);
        expect(term.to).toBeGreaterThan(term.from);
        expect(plainText(text.slice(end, term.from)).trim()).toBe("");
        end = term.to;
      }
      expect(plainText(text.slice(end)).trim()).toBe("");
      expect(end).toBeLessThanOrEqual(text.length);
      for (const { from, to } of mistakes) {
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeGreaterThanOrEqual(from);
        expect(to).toBeLessThanOrEqual(text.length);
      }
      const wrong = terms.filter(({ condition: meaning }) => !meaning);
      expect(filter.length + wrong.length).toBe(terms.length);
      expect(wrong.length > 0).toBe(mistakes.length > 0);
    }),
    { numRuns: 3_000 },
  );
});
