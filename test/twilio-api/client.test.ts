import { describe, expect, test } from "bun:test";
import { jsonWithin } from "../../src/twilio-api/bounded-json.ts";
import { nextPage, originOf } from "../../src/twilio-api/hosts.ts";
import {
  readMessage,
  readMessagesPage,
} from "../../src/twilio-api/messages.ts";
import { createPace } from "../../src/twilio-api/pace.ts";
import { retryAfterMs } from "../../src/twilio-api/retry.ts";
import {
  API_SECRET,
  startTwilioApi,
  twilioHistory,
  type ApiTrouble,
} from "../support/twilio-api.ts";
import { until } from "../support/until.ts";
import { NEVER, steppedClock, testClient } from "./test-client.ts";

const DAY = "2026-11-28";
const FROM = Date.parse(DAY);
const DAY_MS = 86_400_000;

/** Reads a day to its end. */
async function readDay(client: ReturnType<typeof testClient>, day = DAY) {
  const sids: string[] = [];
  let inbound = 0;
  let next: string | undefined;
  do {
    const page = await readMessagesPage(client, day, next, NEVER);
    sids.push(...page.messages.map((each) => each.messageSid));
    inbound += page.inbound;
    next = page.next;
  } while (next !== undefined);
  return { sids, inbound };
}

describe("a day", () => {
  const history = twilioHistory(5_000, FROM, FROM + 2 * DAY_MS);
  const outbound = history
    .filter(
      (each) => each.direction !== "inbound" && each.sentAt < FROM + DAY_MS,
    )
    .map((each) => each.sid);

  test("is read to its last page, without received messages", async () => {
    using stub = startTwilioApi(history);
    const { sids, inbound } = await readDay(testClient(stub));
    expect(sids.toSorted()).toEqual(outbound);
    expect(inbound).toBe(2_500 - outbound.length);
    expect(stub.requests).toHaveLength(10);
    expect(stub.requests[0]?.search).toBe(`?DateSent=${DAY}&PageSize=250`);
    expect(await readDay(testClient(stub), "2026-11-27")).toEqual({
      sids: [],
      inbound: 0,
    });
  });

  test("has every message though others come and change while it's read", async () => {
    using stub = startTwilioApi(history);
    let added = 0;
    stub.state.afterPage = () => {
      const [first] = history;
      if (!first) return;
      const sid = `SM${"f".repeat(31)}${added++}`;
      stub.put({ ...first, sid, sentAt: FROM + DAY_MS - 1_000 });
      stub.put({ ...first, status: "undelivered" });
    };
    const { sids } = await readDay(testClient(stub));
    expect([...new Set(sids)].toSorted()).toEqual(outbound);
  });
});

describe("trouble", () => {
  const history = twilioHistory(30, FROM, FROM + DAY_MS);

  /** Reads a day whose first requests go wrong. */
  async function readAmid(...troubles: ApiTrouble[]) {
    using stub = startTwilioApi(history);
    stub.state.trouble = (_, count) => troubles[count - 1];
    const clock = steppedClock();
    const client = testClient(stub, { clock, timeoutMs: 200 });
    const read = readDay(client).then(
      ({ sids }) => sids.length,
      (error: unknown) => String(error),
    );
    return { result: await read, clock, requests: stub.requests.length };
  }

  test("429 with Retry-After is waited for as long as it says", async () => {
    const { result, clock } = await readAmid({ status: 429, retryAfter: "42" });
    expect(result).toBe(29);
    expect(clock.elapsed()).toBe(42_000);
  });

  test("429 without it, 5xx and timeouts are retried, later each time", async () => {
    const { result, clock } = await readAmid(
      { status: 429, code: 20429 },
      { status: 503 },
      "hangs",
      { status: 500 },
    );
    expect(result).toBe(29);
    expect(clock.waits).toEqual([1_000, 2_000, 5_000, 15_000]);
  });

  test("it's given up after some minutes", async () => {
    const { result, requests } = await readAmid(
      ...Array<ApiTrouble>(9).fill({ status: 500 }),
    );
    expect(result).toContain("Twilio's API fails (500)");
    expect(requests).toBe(7);
  });

  test.each([
    [
      { status: 401, code: 20003 },
      "Twilio doesn't accept the API key (401, code 20003)",
    ],
    [
      { status: 403, code: 20003 },
      "The API key may not read this (403, code 20003)",
    ],
    [{ status: 400 }, "refuses the request (400)"],
    [{ location: "/elsewhere" }, "redirect (307), which isn't followed"],
    [{ text: "<html>zq7</html>" }, "isn't JSON"],
    [{ text: "{}" }, "isn't what it documents"],
    [{ text: `{"messages":[],"next_page_uri":7}` }, "isn't what it documents"],
  ] as const)("%j isn't retried", async (trouble, words) => {
    const { result, requests } = await readAmid(trouble);
    expect(result).toContain(words);
    expect(result).not.toContain("zq7");
    expect(requests).toBe(1);
  });

  test("a key that expires between two pages is one clear fault", async () => {
    using stub = startTwilioApi(twilioHistory(2_500, FROM, FROM + DAY_MS));
    stub.state.afterPage = () => (stub.state.isKeyValid = false);
    expect(readDay(testClient(stub))).rejects.toMatchObject({
      name: "TwilioApiFault",
      kind: "unauthorized",
    });
    expect(stub.requests).toHaveLength(2);
  });

  test("a request ends when the server stops, also while it waits", async () => {
    using stub = startTwilioApi(history);
    stub.state.trouble = () => "hangs";
    const stopping = new AbortController();
    const reading = readMessagesPage(
      testClient(stub),
      DAY,
      undefined,
      stopping.signal,
    );
    reading.catch(() => undefined);
    await until(() => stub.requests.length === 1);
    stopping.abort(new Error("stopping"));
    expect(reading).rejects.toThrow("stopping");
  });
});

describe("the secret", () => {
  test.each([
    "https://attacker.example/2010-04-01/Accounts/x/Messages.json?PageToken=1",
    "//attacker.example/x?y",
    "/\\attacker.example/x?y",
    "/2010-04-01/Accounts/other/Messages.json?PageToken=1",
    "/elsewhere?PageToken=1",
    "http://u:p@127.0.0.1/",
  ])("isn't sent to a next page at %s", async (next) => {
    using stub = startTwilioApi();
    const text = JSON.stringify({ messages: [], next_page_uri: next });
    stub.state.trouble = () => ({ text });
    expect(readDay(testClient(stub))).rejects.toThrow(
      "isn't of the same list on the same host",
    );
    expect(stub.requests).toHaveLength(1);
  });

  test("isn't sent to another host, whoever asks", async () => {
    using stub = startTwilioApi();
    using other = startTwilioApi();
    const client = testClient(stub);
    expect(client.get(new URL(other.origin), NEVER)).rejects.toThrow(
      "another host",
    );
    stub.state.trouble = () => ({ location: other.origin });
    expect(readDay(client)).rejects.toThrow("redirect");
    expect(other.requests).toEqual([]);
  });

  test("is in no fault", async () => {
    using stub = startTwilioApi();
    for (const trouble of [
      { status: 401 },
      { text: API_SECRET },
      { text: "[" },
    ]) {
      stub.state.trouble = () => trouble;
      const fault = await readDay(testClient(stub)).catch((error) => error);
      expect(Bun.inspect(fault)).not.toContain(API_SECRET);
    }
  });

  test("goes to the hosts of Twilio's products in the same region", () => {
    expect(originOf("https://api.twilio.com", "messaging")).toBe(
      "https://messaging.twilio.com",
    );
    expect(originOf("https://api.dublin.ie1.twilio.com", "messaging")).toBe(
      "https://messaging.dublin.ie1.twilio.com",
    );
    for (const base of [
      "https://api.twilio.com.attacker.example",
      "http://127.0.0.1:4010",
    ])
      expect(originOf(base, "messaging")).toBe(base);
  });
});

test("a page that names itself as the next one ends the list", () => {
  const current = new URL("https://api.twilio.com/x?a=1");
  expect(nextPage("/x?a=1", current)).toBeUndefined();
  expect(nextPage("/x?a=2", current)?.href).toBe(
    "https://api.twilio.com/x?a=2",
  );
});

test("one message is read; one that Twilio doesn't have isn't a fault", async () => {
  using stub = startTwilioApi(twilioHistory(20, FROM, FROM + DAY_MS));
  const client = testClient(stub);
  const [sid = "", received = ""] = [0, 11].map(
    (index) => [...stub.messages.keys()][index],
  );
  expect(await readMessage(client, sid, NEVER)).toMatchObject({
    messageSid: sid,
    status: "delivered",
    price: { amount: "-0.00790", currency: "USD" },
  });
  expect(await readMessage(client, received, NEVER)).toBe("inbound");
  expect(
    await readMessage(client, `SM${"9".repeat(32)}`, NEVER),
  ).toBeUndefined();
});

test("an answer beyond the limit isn't read", async () => {
  const long = new Response(`"${"a".repeat(100)}"`);
  expect(jsonWithin(long, 100)).rejects.toThrow("too large");
});

test("at most two requests at a time, and five in any second", async () => {
  const clock = steppedClock(0);
  const pace = createPace(clock);
  const begun: number[] = [];
  let [running, runningMax] = [0, 0];
  await Promise.all(
    Array.from({ length: 23 }, () =>
      pace.inTurn(async () => {
        begun.push(clock.elapsed());
        runningMax = Math.max(runningMax, ++running);
        await new Promise(setImmediate);
        running--;
      }, NEVER),
    ),
  );
  expect(runningMax).toBe(2);
  expect(begun).toHaveLength(23);
  for (const [index, at] of begun.entries())
    expect(at - (begun[index - 5] ?? -1_000)).toBeGreaterThanOrEqual(1_000);
  expect(clock.elapsed()).toBe(4_000);
});

test.each([
  ["7", 7_000],
  ["100000", 600_000],
  ["Mon, 30 Nov 2026 12:00:09 GMT", 9_000],
  ["Mon, 30 Nov 2026 11:00:00 GMT", 0],
  ["soon", undefined],
  ["-1", undefined],
  [null, undefined],
])("Retry-After: %s", (header, ms) => {
  expect(retryAfterMs(header, Date.UTC(2026, 10, 30, 12))).toBe(ms as number);
});
