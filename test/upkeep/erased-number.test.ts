import { expect, test } from "bun:test";
import {
  digitsOfNumber,
  numberEraser,
} from "../../src/upkeep/erased-number.ts";

const eraser = numberEraser("14155550123", "erased-7");

test("a whole number is read as people write it; a part of one, or one without its country, is not", () => {
  for (const text of [
    "+14155550123",
    " +1 (415) 555-0123 ",
    "0014155550123",
    "whatsapp:+14155550123",
    "tel:+1-415-555-0123",
  ])
    expect([text, digitsOfNumber(text)]).toEqual([text, "14155550123"]);
  expect(digitsOfNumber("+44 (0)161 496 0014")).toBe("441614960014");
  for (const text of [
    "",
    "14155550123",
    "4155550123",
    "0161 496 0014",
    "+12345",
    "+1415555012345678",
    "ACME",
    "+1415555O123",
  ])
    expect([text, digitsOfNumber(text)]).toEqual([text, undefined]);
});

test("in anybody's texts the whole number is found in every form, and nothing else", () => {
  const found = [
    ["+14155550123", "erased-7"],
    ["14155550123", "erased-7"],
    ["0014155550123", "erased-7"],
    ["whatsapp:+14155550123", "whatsapp:erased-7"],
    ["call +1 (415) 555-0123 now", "call erased-7 now"],
    ['{"WaId":"14155550123"}', '{"WaId":"erased-7"}'],
    ["a14155550123b", "aerased-7b"],
    ["%2B14155550123", "%2Berased-7"],
    ["14155550123 15595551269", "erased-7 15595551269"],
    ["2026112314155550123", "20261123erased-7"],
  ] as const;
  for (const [text, erased] of found)
    expect([text, eraser.mayBeIn(text), eraser.inText(text, false)]).toEqual([
      text,
      true,
      erased,
    ]);
  for (const text of [
    "+12125550123",
    "4155550123",
    "5550123",
    "+141555501234",
    "+914155550123",
    "SM14155550123414155550123414155550",
    "2026-11-23",
    "",
  ])
    expect([text, eraser.inText(text, false)]).toEqual([text, text]);
});

test("in a message of its own the number is found without its beginning too", () => {
  for (const text of [
    "4155550123",
    "(415) 555-0123",
    "555-0123",
    "0415 555 0123",
  ])
    expect([text, eraser.mayBeIn(text), eraser.inText(text, true)]).toEqual([
      text,
      true,
      "erased-7",
    ]);
  for (const text of ["550123", "+12125550123", "2125550123", "20261123"])
    expect([text, eraser.inText(text, true)]).toEqual([text, text]);
});

test("a query's pairs are looked at decoded, and only those with the number are written anew", () => {
  const query = "a=%7e&to=%2B1%20(415)+555-0123&%31=1&to+%2B14155550123=x";
  expect(eraser.mayBeIn(query)).toBe(true);
  expect(eraser.inQuery(query, false)).toBe(
    "a=%7e&to=erased-7&%31=1&to%20erased-7=x",
  );
  const hidden = "n=%314155550123";
  expect(eraser.mayBeIn(hidden)).toBe(true);
  expect(eraser.inQuery(hidden, false)).toBe("n=erased-7");
  expect(eraser.inQuery("x=5550123&&y", true)).toBe("x=erased-7&&y");
});
