import { expect, test } from "bun:test";
import {
  codesWith,
  verdictOnCode,
  verdictOnMessage,
  suppressionCodes,
  verdictOnNumber,
  VERDICTS,
} from "../../src/errors/verdict.ts";
import {
  explainErrorCode,
  knownErrorCodes,
} from "../../src/twilio/error-codes/error-codes.ts";
import { newToken, ask } from "../api/api-server.ts";
import { get, sidsIn } from "../pages/page-client.ts";
import { eventOf } from "../store/events.ts";
import { followList } from "../store/follow-list.ts";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { plainText } from "../../src/words/plain-text.ts";

const EXPLAINED = knownErrorCodes().filter(
  (code) => explainErrorCode(code).explanation !== undefined,
);
const UNKNOWN = 99_999;

test("each code has one verdict, with advice in complete sentences", () => {
  expect(EXPLAINED.length).toBe(209);
  for (const code of [...EXPLAINED, UNKNOWN, null]) {
    const { kind, label, whatToDo, firstStep } = verdictOnCode(code);
    expect(kind).toBeOneOf([...VERDICTS]);
    expect([code, firstStep]).toEqual([
      code,
      expect.stringMatching(/^[A-Z].{8,140}[.!?]$/),
    ]);
    expect(whatToDo).toStartWith(firstStep);
    expect(label.startsWith("Don’t retry")).toBe(kind === "do-not-send");
    expect(label.startsWith("Retry")).toBe(kind === "send-again");
  }
  const listed = VERDICTS.flatMap((kind) => [...codesWith(kind)]);
  expect(listed.toSorted((a, b) => a - b)).toEqual([...knownErrorCodes()]);
});

test("don't send to wrong or opted-out numbers again; what the team can fix is fixed first", () => {
  const kinds = (...codes: (number | null)[]) =>
    codes.map((code) => verdictOnCode(code).kind);
  expect(kinds(30004, 30005, 30006, 21610, 21614)).toEqual(
    Array(5).fill("do-not-send"),
  );
  expect(kinds(30007, 30002, 30010, 30011, 21604, UNKNOWN)).toEqual(
    Array(6).fill("fix-first"),
  );
  expect(kinds(30003, 30008, null)).toEqual(Array(3).fill("send-again"));
  expect(verdictOnCode(21610).label).toBe("Don’t retry: unsubscribed");
  expect(verdictOnCode(30006).label).toBe("Don’t retry: no mobile number");
});

test("only numbers on the list have the verdict not to send, whatever failed", () => {
  for (const errorCode of [...EXPLAINED, UNKNOWN, null]) {
    const ofCode = verdictOnCode(errorCode);
    const failed = { status: "failed", errorCode } as const;
    const recent = { messages: 4, failures: 3, lastErrorCode: errorCode };
    const about = { recent, listed: null, isDeliveredSince: false };
    const offTheList = verdictOnNumber(recent, null);
    expect(offTheList?.kind).toBe(
      ofCode.kind === "do-not-send" ? "send-again" : ofCode.kind,
    );
    expect(verdictOnMessage(failed, about)).toEqual(ofCode);
    // A later message was delivered.
    expect(
      verdictOnMessage(failed, { ...about, isDeliveredSince: true }),
    ).toEqual(
      ofCode.kind === "do-not-send" && offTheList ? offTheList : ofCode,
    );
    const streak = { reason: "keeps-failing", errorCode } as const;
    const onNumber = verdictOnNumber(recent, streak);
    expect(onNumber).toMatchObject({
      kind: "do-not-send",
      label: "Don’t retry: keeps failing",
    });
    expect(verdictOnMessage(failed, { ...about, listed: streak })).toEqual(
      ofCode.kind === "send-again" && onNumber ? onNumber : ofCode,
    );
    for (const status of ["sent", "delivered", "read"] as const) {
      const other = verdictOnMessage({ status, errorCode }, about);
      expect(other.kind).toBeUndefined();
    }
  }
  const none = { messages: 3, failures: 0, lastErrorCode: null };
  expect(verdictOnNumber(none, null)).toBeUndefined();
});

test("each code that advises against sending puts numbers on the list, for one reason", () => {
  const { gone, optedOut, blocked, sendAgain } = suppressionCodes();
  expect([...gone, ...optedOut, ...blocked].toSorted((a, b) => a - b)).toEqual([
    ...codesWith("do-not-send"),
  ]);
  expect(sendAgain).toEqual(codesWith("send-again"));
  expect(gone).toContain(30005);
  expect(optedOut).toEqual([21610, 30630, 63014, 63033, 63050]);
  expect(blocked).toContain(30004);
});

test("no page, list or response contradicts another about a message, a code or a number", async () => {
  await using server = await startServer();
  const { origin, store } = server;
  const token = await newToken(store, "read unmasked");
  const numberOf = (place: number, series: number) =>
    `+1415${String(series)}${String(place).padStart(6, "0")}`;
  const record = (
    code: number | undefined,
    To: string,
    MessageSid: string,
    ...statuses: readonly string[]
  ) =>
    Promise.all(
      statuses.map((MessageStatus) =>
        store.recordEvent(
          eventOf(
            {
              MessageSid,
              MessageStatus,
              To,
              ...(code !== undefined &&
                MessageStatus === "failed" && { ErrorCode: String(code) }),
            },
            { receivedAt: Date.now() },
          ),
        ),
      ),
    );
  const labelsOn = (text: string) => [
    ...new Set(
      [
        ...text.matchAll(/class="mark-verdict[^>]*>.*?<span>(.*?)<\/span>/gs),
      ].map(([, label]) => label),
    ),
  ];
  const cases = EXPLAINED.map((code, place) => {
    const sids = Array.from({ length: 5 }, newMessageSid);
    const [once = "", late = "", ...streak] = sids;
    return { place, code, once, late, streak };
  });
  await Promise.all(
    cases.flatMap(({ place, code, once, late, streak }) => [
      record(code, numberOf(place, 2), once, "failed"),
      // The failure comes after the delivery receipt.
      record(code, numberOf(place, 3), late, "sent", "delivered", "failed"),
      ...streak.map((sid) => record(code, numberOf(place, 4), sid, "failed")),
    ]),
  );
  await followList(store);
  for (const { place, code, once, late, streak } of cases) {
    const ofCode = verdictOnCode(code);
    const pageOf = async (path: string) => {
      const page = await get(origin + path);
      expect([path, page.status]).toEqual([path, 200]);
      // Compares the displayed text, not the markup.
      return page.text
        .replaceAll("&#x27;", "'")
        .replaceAll("&#39;", "'")
        .replaceAll("&amp;", "&");
    };
    const advised = async (path: string, verdict: typeof ofCode) => {
      const text = await pageOf(path);
      expect([path, labelsOn(text)]).toEqual([path, [verdict.label]]);
      expect(text.includes(verdict.whatToDo)).toBe(true);
      if (verdict.whatToDo !== ofCode.whatToDo)
        expect(text.includes(ofCode.whatToDo)).toBe(false);
    };
    await advised(`/messages/${once}`, ofCode);
    await advised(`/errors/${code}`, ofCode);
    const keepsFailing = {
      messages: streak.length,
      failures: streak.length,
      lastErrorCode: code,
    };
    const [listed = null] = await store.suppressions.ofAddress(
      numberOf(place, 4),
    );
    expect([code, listed === null]).toEqual([
      code,
      ofCode.kind === "fix-first",
    ]);
    const onNumber = verdictOnNumber(keepsFailing, listed) ?? ofCode;
    await advised(`/messages/${streak[0]}`, onNumber);
    await advised(`/numbers/${numberOf(place, 4)}`, onNumber);

    const delivered = await pageOf(`/messages/${late}`);
    expect(labelsOn(delivered)).toEqual([]);
    const says = ["Nothing to do.", "explained-note", ofCode.whatToDo].map(
      (words) => delivered.includes(words),
    );
    expect([code, says]).toEqual([code, [true, true, false]]);

    const answers = [
      [once, ofCode],
      [streak[0] ?? "", onNumber],
      [
        late,
        verdictOnMessage(
          { status: "delivered", errorCode: code },
          { recent: keepsFailing, listed: null, isDeliveredSince: false },
        ),
      ],
    ] as const;
    // A token can make 600 requests per minute.
    if (place % 4 > 0) continue;
    for (const [sid, { kind, whatToDo }] of answers) {
      const { body } = await ask(origin, `/messages/${sid}`, token);
      const { verdict, explanation } = body.data.error;
      // The same sentence, with a program's straight apostrophe.
      expect([verdict, explanation.whatToDo]).toEqual([
        kind ?? null,
        plainText(whatToDo),
      ]);
      expect(explanation.retry === "no").toBe(kind !== "send-again");
    }
  }
  // Each recipient is listed under its own verdict only.
  const listed: string[] = [];
  for (const verdict of VERDICTS) {
    const { text } = await get(`${origin}/numbers.json?verdict=${verdict}`);
    const { data } = JSON.parse(text) as {
      data: { number: string; verdict: string; whatToDo: string }[];
    };
    for (const each of data) {
      listed.push(each.number);
      expect(each.verdict).toBe(verdict);
    }
  }
  expect(listed.length).toBe(EXPLAINED.length);
  expect(new Set(listed).size).toBe(EXPLAINED.length);
  expect(sidsIn(await get(`${origin}/messages`))).toHaveLength(50);
}, 120_000);
