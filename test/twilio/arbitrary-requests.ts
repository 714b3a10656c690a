import { fc } from "../support/fast-check.ts";
import type { FormParams } from "../../src/twilio/form.ts";

/** The parts of a URL. */
export type UrlPieces = {
  readonly scheme: string;
  readonly userInfo: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
};

export function joined(url: UrlPieces): string {
  const { scheme, userInfo, host, port, path, query, fragment } = url;
  return scheme + userInfo + host + port + path + query + fragment;
}

const anyText = fc.string({ unit: "binary", maxLength: 6 });

const pathPiece = fc.oneof(
  oneOf(`sms . .. %41 %e4 %E4 %zz % ä 𝄞 @ :8080 [ \\ ' " < > | ^ \` {} +`),
  fc.constantFrom("", "a b"),
  anyText,
);

const queryPiece = fc.oneof(
  oneOf("a=1 a=2 a= =a = a b=c=d a=? a=/:@ a=b;c=d 7=1 1=7 __proto__=1"),
  oneOf(`a=it's a=it%27s a="b" a=%22 a=<b> a=%3cb%3E a=(b)*!~ a=b+c a=b%20c`),
  oneOf("a=ä a=%C3%A4 a=%c3%a4 a=%E4 a=%zz ü=𝄞 bodySHA256=0"),
  fc.constantFrom("", "a=b c"),
  anyText,
);

export const arbitraryUrl: fc.Arbitrary<UrlPieces> = fc.record({
  scheme: oftenFrom(
    ["https://", "http://"],
    ["HTTPS://", "Http://", "ftp://", "//", ""],
  ),
  userInfo: oftenFrom(
    [""],
    ["user:pass@", "User@", "a@b@", "a@b:c@", ":@", "@", "ü:%zz@"],
  ),
  host: oftenFrom(
    ["sms.example.com", "SMS.Example.Com", "localhost", "127.0.0.1"],
    ["[::1]", "[2001:DB8::A]", "münchen.example", "xn--mnchen-3ya.example"],
    [
      "sms.example.com.",
      "a_b.example",
      "%41.example",
      "0x7f.1",
      "",
      "a b",
      "[",
      "]",
    ],
  ),
  port: oftenFrom(["", ":80", ":443", ":8443"], [":", ":0443", ":99999", ":x"]),
  path: fc
    .array(pathPiece, { maxLength: 4 })
    .map((pieces) => pieces.map((piece) => `/${piece}`).join("")),
  query: fc.option(
    fc
      .array(queryPiece, { maxLength: 4 })
      .map((pieces) => `?${pieces.join("&")}`),
    { nil: "" },
  ),
  fragment: oftenFrom([""], ["#rc=5&rp=all", "#", "#?a=1"]),
});

const paramName = fc.oneof(
  oneOf("MessageSid MessageStatus messageStatus To From ErrorCode ｚ 𝄞"),
  oneOf("1 10 9 -0 __proto__ constructor toString"),
  fc.constant(""),
  anyText,
);
const paramValue = fc.oneof(
  oneOf("+14155550123 delivered b a ä 𝄞 ｚ"),
  fc.constantFrom("", " "),
  anyText,
);

/** Names repeat often, and so do values within a name. */
export const arbitraryParams: fc.Arbitrary<FormParams> = fc
  .tuple(
    fc.array(fc.tuple(paramName, paramValue), { maxLength: 6 }),
    fc.array(fc.nat(), { maxLength: 3 }),
    fc.array(paramValue, { maxLength: 3 }),
  )
  .map(([params, repeated, values]) => {
    const repeats = repeated.flatMap((place, index): FormParams => {
      const pair = params[place % Math.max(params.length, 1)];
      return pair ? [[pair[0], values[index] ?? pair[1]]] : [];
    });
    return [...params, ...repeats];
  });

/** Picks one of the texts, which are separated by spaces. */
function oneOf(texts: string): fc.Arbitrary<string> {
  return fc.constantFrom(...texts.split(" "));
}

/** Picks mostly from the first texts, sometimes from the others. */
function oftenFrom(
  usual: readonly string[],
  ...unusual: readonly (readonly string[])[]
): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: fc.constantFrom(...usual), weight: 6 },
    ...unusual.map((texts) => ({
      arbitrary: fc.constantFrom(...texts),
      weight: 2,
    })),
  );
}
