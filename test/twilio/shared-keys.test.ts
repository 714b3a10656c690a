import { describe, expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { getSignatureAlgorithm } from "twilio/lib/webhooks/webhooks.js";
import {
  parseSharedKeys,
  readSignatureSettings,
  secretsFor,
} from "../../src/twilio/shared-keys.ts";

const ID = "webhooks_sharedkey_01k9z4";
const OTHER_ID = "webhooks_sharedkey_01k8aa";

test.each([
  ["secret", [{ id: undefined, secret: "secret" }]],
  ["c2VjcmV0==", [{ id: undefined, secret: "c2VjcmV0==" }]],
  [`${ID}=secret`, [{ id: ID, secret: "secret" }]],
  [`${ID}=c2VjcmV0==`, [{ id: ID, secret: "c2VjcmV0==" }]],
  [
    ` ${ID} = one ,\ttwo\n`,
    [
      { id: ID, secret: "one" },
      { id: undefined, secret: "two" },
    ],
  ],
])("%p is read", (text, keys) => {
  expect(parseSharedKeys(text)).toEqual(keys);
});

test.each([
  ["", "entry 1 is empty"],
  ["one,", "entry 2 is empty"],
  ["=", "entry 1 is empty"],
  [ID, "entry 1 has a shared key's id but not its secret"],
  [`one,${ID}=`, "entry 2 has a shared key's id but not its secret"],
  ["AC0123=one", "entry 1 has something before the ="],
  ["webhooks_sharedkey_=one", "entry 1 has something before the ="],
  ["=one", "entry 1 has something before the ="],
  ["o ne", "entry 1 has white space or other characters"],
  [`${ID}=öne`, "entry 1 has white space or other characters"],
])("%p is refused, with the entry", (text, message) => {
  expect(() => parseSharedKeys(text)).toThrow(message);
});

test("no message repeats the value", () => {
  const piece = fc.constantFrom("zq7", ID, "=", ",", " ", "ü", "\n");
  const texts = fc.array(piece, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(texts, (pieces) => {
      try {
        parseSharedKeys(pieces.join(""));
      } catch (error) {
        expect(String(error)).not.toMatch(/zq7|ü|01k9z4/);
      }
    }),
    { numRuns: 1_000 },
  );
});

describe("the secrets tried", () => {
  const keys = parseSharedKeys(`${ID}=one,two,${OTHER_ID}=three`);
  test.each([
    ["for a key: its own and those without an ID", [ID], ["one", "two"]],
    [
      "for several keys: theirs and those without an ID",
      [OTHER_ID, ID],
      ["one", "two", "three"],
    ],
    [
      "for a key that isn't configured: those without an ID",
      ["webhooks_sharedkey_0"],
      ["two"],
    ],
    ["for no key: all", [], ["one", "two", "three"]],
  ])("%s", (_, ids, secrets) => {
    expect(secretsFor(keys, ids)).toEqual(secrets);
  });
});

test("the algorithm that a header names is the one that the SDK reads", () => {
  const piece = fc.oneof(
    fc.constantFrom("algorithm", "key", "=", ",", " ", "HMAC_SHA256", ID),
    fc.string({ unit: "binary", maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const header = pieces.join("");
      expect(readSignatureSettings(header).algorithm).toBe(
        getSignatureAlgorithm(header),
      );
    }),
    { numRuns: 3_000 },
  );
});

test("all keys that a header names are read", () => {
  expect(
    readSignatureSettings(` key = ${ID} ,key=,KEY=x, key=${OTHER_ID}`).keyIds,
  ).toEqual([ID, OTHER_ID]);
});
