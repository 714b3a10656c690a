import { expect, test } from "bun:test";
import { costWords, decimalsOf, feeOf } from "../../src/costs/cost-words.ts";
import { readCostsQuery } from "../../src/costs/costs-query.ts";
import type { Stores } from "../../src/store/stores.ts";
import { hasFailedFee } from "../../src/twilio/failed-fee.ts";
import { amountText, exactAmount } from "../../src/twilio/money.ts";
import { ask, newToken } from "../api/api-server.ts";
import { get, linksIn } from "../pages/page-client.ts";
import { eventOf } from "../store/events.ts";
import { fc } from "../support/fast-check.ts";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 12);
const TODAY = Math.floor(NOW / DAY_MS);
const KEY = {
  TWILIO_API_KEY: `SK${"1".repeat(32)}`,
  TWILIO_API_SECRET: "secret",
  TWILIO_ACCOUNT_SID: `AC${"1".repeat(32)}`,
};

type Sent = {
  readonly to?: string;
  readonly from?: string;
  readonly query?: string;
  /** Undefined if it wasn't read. */
  readonly amount?: string | null | undefined;
  readonly currency?: string;
  readonly daysAgo?: number;
  readonly hasFee?: boolean;
};

async function send(store: Stores, messages: readonly Sent[]): Promise<void> {
  for (const each of messages) {
    const { to = "+14155550123", from = "+14155550100", query = "" } = each;
    const { amount, currency = "USD", daysAgo = 1, hasFee = false } = each;
    const messageSid = newMessageSid();
    const receivedAt = NOW - daysAgo * DAY_MS;
    await store.recordEvent(
      eventOf(
        { MessageSid: messageSid, To: to, From: from },
        { receivedAt, query },
      ),
    );
    if (amount === undefined) continue;
    const price = amount === null ? null : { amount, currency };
    const reading = { messageSid, day: TODAY - daysAgo, price };
    await store.prices.save([{ ...reading, segments: 2, hasFee }]);
  }
}

const wordsIn = (html: string): string =>
  html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");

test("an amount is read and written to the last digit", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n }), (picos) => {
      const size = (picos < 0n ? -picos : picos).toString().padStart(13, "0");
      const text = `${picos < 0n ? "-" : ""}${size.slice(0, -12)}.${size.slice(-12)}`;
      const amount = exactAmount(text);
      expect(amount.micros * 1_000_000n + amount.picos).toBe(picos);
      expect(exactAmount(amountText(amount))).toEqual(amount);
    }),
  );
  expect(amountText(exactAmount("-0.00790"))).toBe("-0.0079");
  expect(amountText(exactAmount("12"))).toBe("12");
  for (const text of ["", "1.", "1e3", "0.1234567890123", "NaN"])
    expect(() => exactAmount(text)).toThrow(RangeError);
});

test("costs have all their decimals, and as many as those beside them", () => {
  expect(costWords("1234567.5")).toBe("1,234,567.50");
  expect(costWords("0.0079", 6)).toBe("0.007900");
  expect(costWords("-12")).toBe("−12.00");
  expect(decimalsOf([{ cost: "1" }, { cost: "0.00075" }])).toBe(5);
  expect(decimalsOf([])).toBe(2);
  expect(feeOf(12_345)).toBe("12.345");
});

test("the fee is of messages that failed, unless their code is exempt", () => {
  const has = (messageStatus: string, errorCode: number | null) =>
    hasFailedFee({ messageStatus, errorCode });
  expect(has("failed", 30003)).toBe(true);
  expect(has("failed", null)).toBe(true);
  expect(has("failed", 30008)).toBe(false);
  expect(has("undelivered", 30003)).toBe(false);
});

const queryOf = (address: string) =>
  readCostsQuery(new URLSearchParams(address), NOW);

test.each([
  ["", { from: TODAY - 29, to: TODAY + 1 }, "day"],
  ["range=7d&by=sender", { from: TODAY - 6, to: TODAY + 1 }, "sender"],
  [
    "from=2026-11-01&to=2026-11-03&q=tag:a",
    { from: 20_758, to: 20_761 },
    "tag",
  ],
  [
    "from=2026-11-01T07:00:00Z&to=2026-11-01T08:00:00Z",
    { from: 20_758, to: 20_759 },
    "day",
  ],
])("%s is whole days", (address, days, by) => {
  expect(queryOf(address).query).toMatchObject({ period: { days }, by });
});

test.each([
  ["range=24h", "whole days"],
  ["by=colour", "by day, country, sender, service or tag"],
  ["q=status:failed", "one country, sender, service or tag"],
  ["q=country:US,DE", "one country, sender, service or tag"],
  ["q=-country:US", "one country, sender, service or tag"],
  ["q=country:US+tag:a%3Db", "one country, sender, service or tag"],
  ["q=country:US&by=tag", "With a filter, costs are by day"],
  ["q=tag:a&by=day", "A tag’s name alone"],
  ["q=colour:red", "This filter doesn’t exist"],
  ["from=2030-01-01", "future"],
])("%s is a mistake", (address, sentence) => {
  const { query, mistakes } = queryOf(address);
  expect(query).toBeUndefined();
  expect(mistakes.join(" ")).toContain(sentence);
});

test("without a key, the page says how to begin; the API has nothing", async () => {
  await using server = await startServer({}, () => NOW);
  const { status, text } = await get(`${server.origin}/costs`);
  expect(status).toBe(200);
  expect(text).toContain("TWILIO_API_KEY");
  const token = await newToken(server.store);
  const { body } = await ask(server.origin, "/costs", token);
  expect(body).toMatchObject({
    data: [],
    total: { charged: [], withoutPrice: 0, notRead: 0, withFailedFee: 0 },
    range: { from: "2026-10-26", to: "2026-11-24" },
  });
  // A message that isn't read is never free.
  await send(server.store, [{}]);
  const known = await get(`${server.origin}/costs`);
  expect(wordsIn(known.text)).toContain(
    "1 message wasn’t read from Twilio : Without a key, nothing is read.",
  );
  expect(known.text).toContain("no price is known");
  expect(known.text).toContain("TWILIO_API_KEY");
});

test("page and API say the same, currencies stay apart, and what isn't known is counted", async () => {
  await using server = await startServer(KEY, () => NOW);
  const { store, origin } = server;
  await send(store, [
    { amount: "-0.00790", query: "campaign=a" },
    { amount: "-1234.5", daysAgo: 2 },
    { amount: "-0.05", currency: "EUR", to: "+4930901820" },
    { amount: null, hasFee: true, to: "+4930901820" },
    {},
    { amount: "-9", daysAgo: 50 },
  ]);
  const { text } = await get(`${origin}/costs`);
  const words = wordsIn(text);
  expect(words).toContain(
    "Last 30 days: 1,234.5079 USD for 2 messages (4 segments).",
  );
  expect(words).toContain("Last 30 days: 0.05 EUR for 1 message (2 segments).");
  expect(words).toContain("1 message has no price : Twilio states prices late");
  expect(words).toContain(
    "1 message wasn’t read from Twilio : Each day is read",
  );
  expect(words).toContain("1 message carries Twilio’s fee for failed messages");
  expect(words).toContain("2026-11-23 1 1 2 2 0.0079 USD 0.0500 EUR 1 1 1");
  expect(words).toContain("2026-11-22 1 2 1,234.5000 USD – – –");

  const byCountry = await get(`${origin}/costs?by=country`);
  const link = linksIn(byCountry).find((each) =>
    each.includes("q=country%3AUS"),
  );
  expect(link).toBe("/costs?range=30d&q=country%3AUS");
  expect(wordsIn(byCountry.text)).toContain(
    "United States Messages 2 4 1,234.5079 USD – 1 –",
  );
  const ofUs = await get(`${origin}${link}`);
  expect(wordsIn(ofUs.text)).toContain(
    "Last 30 days, only country:US: 1,234.5079 USD for 2 messages (4 segments).",
  );

  const token = await newToken(store);
  const { body } = await ask(origin, "/costs?by=country", token);
  const usd = { currency: "USD", cost: "1234.5079", messages: 2, segments: 4 };
  const eur = { currency: "EUR", cost: "0.05", messages: 1, segments: 2 };
  const none = { withoutPrice: 0, notRead: 0, withFailedFee: 0 };
  expect(body).toEqual({
    data: [
      { key: "US", tag: null, ...none, charged: [usd], notRead: 1 },
      {
        key: "DE",
        tag: null,
        charged: [eur],
        withoutPrice: 1,
        notRead: 0,
        withFailedFee: 1,
      },
    ],
    range: { from: "2026-10-26", to: "2026-11-24" },
    total: {
      charged: [usd, eur],
      withoutPrice: 1,
      notRead: 1,
      withFailedFee: 1,
    },
    others: { charged: [], ...none },
    isCut: false,
    failedFee: { cost: "0.001", currency: "USD" },
  });
  expect(
    (await ask(origin, "/costs?q=country:US&by=country", token)).status,
  ).toBe(400);
  expect((await get(`${origin}/costs?by=colour`)).status).toBe(400);
  expect((await get(`${origin}/costs.csv?by=colour`)).status).toBe(400);
  const json = await get(`${origin}/costs.json?by=tag&q=tag:campaign`);
  expect(JSON.parse(json.text)).toEqual({
    data: [
      {
        day: "2026-11-23",
        tag: "campaign=a",
        what: "charged",
        messages: 1,
        segments: 2,
        cost: "0.0079",
        currency: "USD",
      },
    ],
  });
});

test("numbers are masked, also in tags, and a masked token can't find one out", async () => {
  await using server = await startServer(
    { ...KEY, MASK_NUMBERS: "true" },
    () => NOW,
  );
  const { store, origin } = server;
  await send(store, [
    { amount: "-1", query: "to=%2B14155550123&14155550123=1" },
  ]);
  for (const path of [
    "/costs?by=sender",
    "/costs?by=tag",
    "/costs.csv?by=sender",
    "/costs.json?by=tag",
  ]) {
    const { status, text } = await get(origin + path);
    expect(status).toBe(200);
    expect(text).toContain("•");
    expect(text).not.toMatch(/5550100|5550123/);
  }
  const token = await newToken(store);
  for (const by of ["sender", "tag"]) {
    const { text } = await ask(origin, `/costs?by=${by}`, token);
    expect(text).not.toMatch(/5550100|5550123/);
  }
  const { status } = await ask(origin, "/costs?q=from:%2B14155550100", token);
  expect(status).toBe(400);
});

test("a hostile tag is only text, in the page and in a spreadsheet", async () => {
  await using server = await startServer(KEY, () => NOW);
  await send(server.store, [
    { amount: "-1", query: "x=%3Cscript%3Ealert(1)%3C/script%3E" },
    { amount: "2.5", query: "%3D1%2B1=2" },
  ]);
  const { text } = await get(`${server.origin}/costs?by=tag`);
  expect(text).not.toContain("<script>alert");
  const csv = await get(`${server.origin}/costs.csv?by=tag`);
  expect(csv.text).toContain("2026-11-23,'=1+1=2,charged,1,2,-2.5,USD");
});
