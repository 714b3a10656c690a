import { expect, test } from "bun:test";
import { parse } from "node:querystring";
import { fc } from "../support/fast-check.ts";
import { parseForm } from "../../src/twilio/form.ts";
import { capturedCallbacks } from "../support/captured-callbacks.ts";
import { sdkParams } from "./sdk-verdict.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

test.each([
  ["", []],
  [
    "a=1&b=2",
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  [
    "b=1&a=2&b=1",
    [
      ["b", "1"],
      ["a", "2"],
      ["b", "1"],
    ],
  ],
  ["a", [["a", ""]]],
  ["=", [["", ""]]],
  ["=a", [["", "a"]]],
  ["a==b=", [["a", "=b="]]],
  ["&&a=&", [["a", ""]]],
  ["a+b=c+d%2B", [["a b", "c d+"]]],
  [
    "a=%E2%9C%93&b=✓",
    [
      ["a", "✓"],
      ["b", "✓"],
    ],
  ],
  [
    "a=%&b=%4&c=%zz&d=100%25%",
    [
      ["a", "%"],
      ["b", "%4"],
      ["c", "%zz"],
      ["d", "100%%"],
    ],
  ],
  ["a;b=1", [["a;b", "1"]]],
  ["?a=1", [["?a", "1"]]],
  ["a=%00%0d%0A", [["a", "\0\r\n"]]],
  // A byte order mark is text like any other, even at the start of the form.
  ["\ufeffa=%EF%BB%BFb", [["\ufeffa", "\ufeffb"]]],
] as const)("%p is read as %p", (form, params) => {
  expect(parseForm(form)).toEqual({ params, isUtf8: true });
  expect(parseForm(utf8(form))).toEqual({ params, isUtf8: true });
});

const formText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "&",
        "=",
        "+",
        "%",
        "%C3%A4",
        "%e2%9c%93",
        "%25",
        "%0",
        "%zz",
      ),
      fc.constantFrom(
        "a",
        "MessageSid",
        "ä",
        "✓",
        "😀",
        " ",
        ";",
        "?",
        "%F0%9F%98%80",
      ),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(""));

test("any text is read as the URL standard reads it", () => {
  fc.assert(
    fc.property(formText, (form) => {
      // URLSearchParams drops a question mark, but in a form it is always data.
      const { params, isUtf8 } = parseForm(form);
      // Pieces can form an escape of a byte that isn't UTF-8.
      if (!isUtf8) expect(JSON.stringify(params)).toContain("\ufffd");
      expect(params).toEqual([...new URLSearchParams(`?${form}`)]);
      expect(parseForm(utf8(form))).toEqual({ params, isUtf8 });
    }),
    { numRuns: 5_000 },
  );
});

test("any URL-encoded text is read as Node's querystring reads it", () => {
  // Next to an invalid escape, Node mangles characters that should have been escaped.
  const ascii = formText.map((form) => form.replace(/[^\x20-\x7e]/g, ""));
  fc.assert(
    fc.property(ascii, (form) => {
      fc.pre(parseForm(form).isUtf8);
      expect(readHere(form)).toEqual(readByNode(form));
    }),
    { numRuns: 5_000 },
  );
});

test("a form that was read can be written and read again", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (params) => {
      const written = new URLSearchParams(params).toString();
      expect(parseForm(written)).toEqual({ params, isUtf8: true });
    }),
  );
});

test.each([
  ["a byte that starts nothing", "a=%FFb", "\ufffdb"],
  ["a truncated character", "a=%E2%82", "\ufffd"],
  ["a truncated character, and more", "a=%E2%82b%E2%82%AC", "\ufffdb€"],
  ["an overlong form", "a=%C0%80", "\ufffd\ufffd"],
  ["half a surrogate pair", "a=%ED%A0%80", "\ufffd\ufffd\ufffd"],
  ["a lone percent sign next to it", "a=%FF%", "\ufffd%"],
])(
  "%s is replaced, as the URL standard requires, and reported",
  (_, form, value) => {
    expect(parseForm(form)).toEqual({ params: [["a", value]], isUtf8: false });
    expect([...new URLSearchParams(form)]).toEqual([["a", value]]);
  },
);

test("a name that isn't UTF-8 is reported too", () => {
  expect(parseForm("%FF=1&b=2")).toEqual({
    params: [
      ["\ufffd", "1"],
      ["b", "2"],
    ],
    isUtf8: false,
  });
});

test("raw bytes that aren't UTF-8 are replaced and reported, and separators are kept", () => {
  const bytes = Uint8Array.of(0x61, 0x3d, 0xe2, 0x82, 0x26, 0x62, 0x3d, 0xff);
  expect(parseForm(bytes)).toEqual({
    params: [
      ["a", "\ufffd"],
      ["b", "\ufffd"],
    ],
    isUtf8: false,
  });
});

test("any bytes at all are read without an error", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const { params, isUtf8 } = parseForm(bytes);
      if (!isUtf8) expect(JSON.stringify(params)).toContain("\ufffd");
    }),
    { numRuns: 2_000 },
  );
});

test("a form is read as Express passes it to Twilio's SDK", () => {
  // express.urlencoded({ extended: false }) reads with Node's querystring.
  const forms = [
    "a=1&a=2&b=&=c&%C3%A4=%F0%9F%98%80",
    "a=%zz&b=c+d%20e",
    "a[b]=1&a.b=2&__proto__=3",
    ...capturedCallbacks.map((each) => each.body),
  ];
  for (const form of forms) expect(readHere(form)).toEqual(readByNode(form));
});

const readHere = (form: string) => sdkParams(parseForm(form).params);
const readByNode = (form: string) =>
  Object.fromEntries(
    Object.entries(parse(form)).map(([name, value]) => [name, value ?? ""]),
  );
