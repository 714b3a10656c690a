import { describe, expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { parseAuthTokens, tokensFor } from "../../src/twilio/auth-tokens.ts";

const AC = "AC0123456789abcdef0123456789abcdef";
const OTHER = `AC${"f".repeat(32)}`;
const unbound = (token: string) => ({ token, accountSid: undefined });
const bound = (token: string) => ({ token, accountSid: AC });

test.each([
  ["one", [unbound("one")]],
  ["one,two", [unbound("one"), unbound("two")]],
  [" one ,\ttwo\n", [unbound("one"), unbound("two")]],
  [`${AC}=one`, [bound("one")]],
  [`one,${AC}=two,three`, [unbound("one"), bound("two"), unbound("three")]],
  [` ${AC} = one `, [bound("one")]],
  ["ACnotbound", [unbound("ACnotbound")]],
])("%p is read", (text, tokens) => {
  expect(parseAuthTokens(text)).toEqual(tokens);
});

test.each([
  ["", "entry 1 is empty"],
  [" ", "entry 1 is empty"],
  ["one,", "entry 2 is empty"],
  ["one,,three", "entry 2 is empty"],
  [`${AC}=`, "entry 1 is empty"],
  ["one,t wo", "entry 2 has white space"],
  ["öne", "entry 1 has white space or other characters"],
  ["one\u0000", "entry 1 has white space or other characters"],
  [`${AC}0=one`, "entry 1 is bound to something that isn't an account SID"],
  ["AC=one", "entry 1 is bound to something that isn't an account SID"],
  [
    `one,${AC.toLowerCase()}=two`,
    "entry 2 is bound to something that isn't an account SID",
  ],
  ["SK0123=one", "entry 1 is bound to something that isn't an account SID"],
  ["=one", "entry 1 is bound to something that isn't an account SID"],
])("%p is refused, with the entry", (text, message) => {
  expect(() => parseAuthTokens(text)).toThrow(message);
});

test("no message repeats the value", () => {
  const piece = fc.constantFrom("zq7", "AC", AC, "=", ",", " ", "ü", "\n");
  const texts = fc
    .array(piece, { minLength: 1, maxLength: 6 })
    .map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseAuthTokens(text);
      } catch (error) {
        expect(String(error)).not.toMatch(/zq7|ü|0123456789/);
      }
    }),
    { numRuns: 1_000 },
  );
});

describe("the tokens tried for a callback", () => {
  const tokens = parseAuthTokens(`one,${AC}=two,three`);
  test.each([
    ["of the bound account: all", AC, ["one", "two", "three"]],
    ["of another: the unbound ones", OTHER, ["one", "three"]],
    ["of none: the unbound ones", undefined, ["one", "three"]],
    ["of an empty account: the unbound ones", "", ["one", "three"]],
  ])("%s", (_, accountSid, tried) => {
    expect(tokensFor(tokens, accountSid)).toEqual(tried);
  });
});
