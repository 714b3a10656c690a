import { expect, test } from "bun:test";
import { explanations } from "../../src/twilio/error-codes/advice.ts";
import {
  explainErrorCode,
  knownErrorCodes,
} from "../../src/twilio/error-codes/error-codes.ts";
import type {
  Explanation,
  Matter,
  Retry,
} from "../../src/twilio/error-codes/error-codes.ts";
import titlesFile from "../../src/twilio/error-codes/titles.tsv" with { type: "text" };

const fieldCharactersMax = 240;

const lines = titlesFile.split("\n").slice(0, -1);

const explained = Object.entries(explanations).flatMap(([code, explanation]) =>
  explanation ? [{ code: Number(code), explanation }] : [],
);

/** `codesIn("3-5 9")` is 3, 4, 5 and 9. */
const codesIn = (list: string) =>
  list.split(" ").flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split("-").map(Number);
    return Array.from(
      { length: last - first + 1 },
      (_, index) => first + index,
    );
  });

/** The codes that a message can carry, by when it failed. */
const codesOfMessages = {
  "on the way to the phone":
    "30001-30047 30410 30450 30453 30454 30485 30500 30610 30615 30620 30630 30640",
  "when it was handed to Twilio":
    "21210-21212 21264-21268 21408 21601-21612 21614 21616-21624 21626 21627 21635 " +
    "21652-21668 21670 21900-21902 21910 30400 30404 30409 30436",
  "on WhatsApp and other channels":
    "63001-63003 63005-63047 63049-63059 63062 63112 63120",
  "in a Messaging Service": "21701-21705 21708-21711",
  "by its template or media": "11751 92002 92005-92008 216602",
  "in a trial account": "572002 572005 572006",
  "at Twilio's interface":
    "14107 20403 20404 20412 20422 20429 20500 20503 20504 30103 90007 90014",
};

test("every line of the titles is a code, an optional level and a title", () => {
  expect(titlesFile).toEndWith("\n");
  for (const line of lines)
    expect(line).toMatch(/^\d{3,6}\t[EW]?\t\S[^\t]*\S$/);
});

test("the titles are sorted by code, each code once, and there are at least 2,600", () => {
  const codes = lines.map((line) => Number(line.split("\t")[0]));
  expect(codes).toEqual([...new Set(codes)].sort((a, b) => a - b));
  expect(codes.length).toBeGreaterThanOrEqual(2600);
  expect(knownErrorCodes()).toEqual(codes);
});

test("every known code has the title of its line and Twilio's link", () => {
  for (const line of lines) {
    const [code, level, title] = line.split("\t");
    expect(explainErrorCode(Number(code))).toMatchObject({
      code: Number(code),
      title,
      level: level === "E" ? "error" : level === "W" ? "warning" : undefined,
      url: `https://www.twilio.com/docs/api/errors/${code}`,
    });
  }
});

test("no title has badly encoded characters", () => {
  expect(titlesFile).not.toMatch(
    /[\uFFFD\u0080-\u009F]|Ã.|â€|&(amp|lt|gt|quot|#\d+);/,
  );
});

for (const [moment, list] of Object.entries(codesOfMessages)) {
  test(`every code of a message that failed ${moment} is explained`, () => {
    const codes = codesIn(list);
    const missing = codes.filter(
      (code) => explainErrorCode(code).explanation === undefined,
    );
    expect(missing).toEqual([]);
  });
}

test("only the codes listed above are explained", () => {
  const listed = new Set(Object.values(codesOfMessages).flatMap(codesIn));
  expect(explained.filter(({ code }) => !listed.has(code))).toEqual([]);
});

test("every explained code is a known code", () => {
  const known = new Set(knownErrorCodes());
  expect(explained.filter(({ code }) => !known.has(code))).toEqual([]);
});

test("every explanation says what happened, the cause, whether to retry and what to do", () => {
  const matters: Matter[] = [
    "recipient",
    "carrier",
    "content",
    "sender",
    "account",
    "request",
    "twilio",
  ];
  const retries: Retry[] = ["no", "later", "maybe"];
  for (const { explanation } of explained) {
    expect(matters).toContain(explanation.matter);
    expect(retries).toContain(explanation.retry);
    for (const text of [explanation.happened, explanation.whatToDo]) {
      expect(text).toMatch(/^[A-Z].*[^.]\.$/);
      expect(text.length).toBeLessThan(fieldCharactersMax);
      expect(text).not.toMatch(/ {2}|\t|\n/);
    }
  }
});

test("no explanation has more than two sentences in a field that support staff read out", () => {
  for (const { explanation } of explained) {
    const sentences = explanation.happened.split(/[.!?](?= [A-Z])/);
    expect(sentences.length).toBeLessThanOrEqual(2);
  }
});

test("codes share text only if they share the whole explanation", () => {
  const byWords = new Map<string, Explanation>();
  for (const { explanation } of explained) {
    expect(byWords.get(explanation.happened) ?? explanation).toBe(explanation);
    byWords.set(explanation.happened, explanation);
  }
});

test("explanations are in our own plain words, without titles, placeholders or praise", () => {
  const praise =
    /seamless|powerful|leverag|engag|best.in.class|world.class|robust|learn more|contact sales|please|!/i;
  for (const { code, explanation } of explained) {
    const words = `${explanation.happened} ${explanation.whatToDo}`;
    expect(words).not.toMatch(praise);
    expect(words).not.toMatch(/TODO|\bTBD\b|undefined|lorem/);
    expect(words).not.toContain(explainErrorCode(code).title ?? "no title");
  }
});

test("a warning that stopped nothing says so and doesn't suggest a retry", () => {
  for (const code of [30025, 30026, 63037, 63039, 63052, 21708, 21710, 21711]) {
    const { explanation } = explainErrorCode(code);
    expect(explanation?.happened).toStartWith(
      "This is only a warning and did not stop the message",
    );
    expect(explanation?.retry).toBe("no");
  }
});

test.each<[number, Matter, Retry]>([
  [30003, "recipient", "later"],
  [30005, "recipient", "no"],
  [30006, "recipient", "no"],
  [30007, "content", "no"],
  [30008, "carrier", "maybe"],
  [30034, "sender", "no"],
  [30500, "twilio", "later"],
  [20429, "account", "later"],
  [21610, "recipient", "no"],
  [63016, "content", "no"],
  [63024, "recipient", "no"],
  [63049, "recipient", "maybe"],
])("code %d: cause %s, retry %s", (code, matter, retry) => {
  expect(explainErrorCode(code).explanation).toMatchObject({ matter, retry });
});

test("code 30003 is explained as an unreachable phone", () => {
  const info = explainErrorCode(30003);
  expect(info.title).toBe("Unreachable destination handset");
  expect(info.level).toBe("error");
  expect(info.explanation?.happened).toContain("switched off");
});

test("a known code that messages don't carry has a title and no explanation", () => {
  expect(explainErrorCode(11200)).toEqual({
    code: 11200,
    title: "HTTP retrieval failure",
    level: "error",
    explanation: undefined,
    url: "https://www.twilio.com/docs/api/errors/11200",
  });
});

test("an unknown code is reported as unknown and still links to Twilio", () => {
  expect(explainErrorCode(99999999)).toEqual({
    code: 99999999,
    title: undefined,
    level: undefined,
    explanation: undefined,
    url: "https://www.twilio.com/docs/api/errors/99999999",
  });
});

test("no number makes the error code reference throw", () => {
  for (const code of [
    0,
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
  ]) {
    expect(explainErrorCode(code).explanation).toBeUndefined();
  }
});
