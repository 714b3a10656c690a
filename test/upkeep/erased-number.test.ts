import { expect, test } from "bun:test";
import {
  addressEraser,
  addressToErase,
} from "../../src/phone/erased-number.ts";

const eraser = addressEraser("14155550123", "erased-7");

test("a whole number is read as people write it, but not a partial one or one without its country code", () => {
  for (const text of [
    "+14155550123",
    " +1 (415) 555-0123 ",
    "0014155550123",
    "whatsapp:+14155550123",
    "tel:+1-415-555-0123",
  ])
    expect([text, addressToErase(text)]).toEqual([text, "14155550123"]);
  expect(addressToErase("+44 (0)161 496 0014")).toBe("441614960014");
  for (const text of [
    "",
    "14155550123",
    "4155550123",
    "0161 496 0014",
    "+12345",
    "+1415555012345678",
    "+1415555O123",
    "72727",
  ])
    expect([text, addressToErase(text)]).toEqual([text, undefined]);
});

test("a number is read as pasted, and a user ID, agent or name as stored", () => {
  for (const [text, address] of [
    ["\u202a+1\u00a0415\u200b555\ufe0f0123\u202c", "14155550123"],
    ["\uff0b\uff11\uff14\uff11\uff15 555 0123", "14155550123"],
    ["+\u0661\u0664\u0661\u0665 555 0123", "14155550123"],
    ["messenger:1234567890123456", "1234567890123456"],
    ["whatsapp:US.13491208655302741918", "US.13491208655302741918"],
    ["rcs:my_agent", "my_agent"],
    ["ACME", "ACME"],
  ] as const)
    expect([text, addressToErase(text)]).toEqual([text, address]);
});

test("a number is found with anything between its digits, and in digits of any script", () => {
  for (const [text, erased] of [
    ["+1/415/555/0123", "erased-7"],
    ["1,415,555,0123", "erased-7"],
    ["1_415_555_0123_99", "erased-7_99"],
    ["to:1:415:555:0123", "to:erased-7"],
    ["1&415&5550123", "erased-7"],
    ["14155550123, 2 times", "erased-7, 2 times"],
    ["14155550123 2 times", "erased-7 2 times"],
    ["+1 415 555 0123 2", "erased-7 2"],
    [
      "\u0661\u0664\u0661\u0665\u0665\u0665\u0665\u0660\u0661\u0662\u0663",
      "erased-7",
    ],
    ["\uff0b\uff11\uff14\uff11\uff15 555 0123", "erased-7"],
    ["+1\u200b4155550123", "erased-7"],
    ["%2B1%20415%20555%200123", "%2Berased-7"],
  ] as const)
    expect([text, eraser.mayBeIn(text), eraser.inText(text, false)]).toEqual([
      text,
      true,
      erased,
    ]);
  expect(eraser.inText("call (415) 555/0123", true)).toBe("call erased-7");
});

test("a user ID is found with and without its country, and no other is", () => {
  const id = addressEraser("US.13491208655302741918", "erased-9");
  expect(id.is("us.13491208655302741918")).toBe(true);
  expect(id.is("US.134912086553027419180")).toBe(false);
  for (const [text, erased] of [
    ["US.13491208655302741918", "erased-9"],
    ["user 13491208655302741918!", "user erased-9!"],
    ["US.134912086553027419180", "US.134912086553027419180"],
  ] as const)
    expect([text, id.inText(text, false)]).toEqual([text, erased]);
  expect(id.inQuery("u=US.13491208655302741918&a=b", false)).toBe(
    "u=erased-9&a=b",
  );
});

test("a name is removed from its own messages, and from others' only if nobody else uses the word", () => {
  const agent = addressEraser("my_agent", "erased-3");
  expect([agent.is("My_Agent"), agent.is("rcs:my_agent")]).toEqual([
    true,
    true,
  ]);
  expect(agent.is("my_agent2")).toBe(false);
  expect(agent.mayBeIn("x=MY_AGENT")).toBe(true);
  expect(agent.inText("rcs:MY_AGENT", true)).toBe("rcs:erased-3");
  expect(agent.inText("my_agent2", true)).toBe("my_agent2");
  expect(agent.inText("my_agent", false)).toBe("my_agent");
  const person = addressEraser("eve@example.com", "erased-4");
  expect(person.mayBeIn("to=Eve%40example.com")).toBe(true);
  expect(person.inQuery("to=Eve%40example.com", false)).toBe("to=erased-4");
});

test("in anyone's texts, the whole number is found in every form, and nothing else", () => {
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

test("in its own messages, the number is found without its beginning too", () => {
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

test("a query's pairs are compared decoded, and only those with the number are rewritten", () => {
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
