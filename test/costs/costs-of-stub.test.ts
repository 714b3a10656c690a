import { describe, expect, test } from "bun:test";
import { readWantedDays } from "../../src/sources/backfill.ts";
import { dayOf, daysFrom } from "../../src/sources/gmt-days.ts";
import type { Stores } from "../../src/store/stores.ts";
import { get } from "../pages/page-client.ts";
import { callbackOf, readingFrom } from "../sources/sources-client.ts";
import { newPostgresLedger } from "../support/postgres-server.ts";
import { randomFromSeed } from "../support/seed.ts";
import { startServer } from "../support/start-server.ts";
import {
  startTwilioApi,
  twilioHistory,
  type TwilioMessage,
} from "../support/twilio-api.ts";
import { NEVER } from "../twilio-api/test-client.ts";

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2026, 10, 28);
const NOW = FROM + 3.5 * DAY_MS;
const DAYS = daysFrom(dayOf(FROM), dayOf(FROM + 2 * DAY_MS));
const NOTE = { aliveAt: NOW, dailyThrough: "2026-11-30", failure: null };
const DECIMALS = 12;
const SERVICE = "MG00000000000000000000000000000001";
const COUNTRIES = new Map([
  ["+1415555", "US"],
  ["+4930901", "DE"],
  ["+3314268", "FR"],
]);

const random = randomFromSeed();
const oneOf = <T>(values: readonly T[]): T =>
  values[Math.floor(random() * values.length)] as T;

/** A price with any number of decimals, such as `-0.00790`; null for none yet. */
function somePrice(): string | null {
  if (random() < 0.15) return null;
  const decimals = Math.floor(random() * (DECIMALS + 1));
  const fraction = Array.from({ length: decimals }, () =>
    String(Math.floor(random() * 10)),
  ).join("");
  return `-${Math.floor(random() ** 9 * 1e6)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** What a message costs is what its stub says, whatever the ledger knew of it before. */
function history(): TwilioMessage[] {
  return twilioHistory(60, FROM, FROM + 3 * DAY_MS).map((each, index) => {
    if (each.direction === "inbound") return { ...each, price: "-0.0075" };
    const status = oneOf(["delivered", "undelivered", "failed", "queued"]);
    return {
      ...each,
      to: `${oneOf([...COUNTRIES.keys()])}${String(index).padStart(4, "0")}`,
      from: oneOf(["+14155550100", "ACME"]),
      status,
      errorCode: status === "failed" ? oneOf([30003, 30008]) : null,
      messagingServiceSid: oneOf([SERVICE, null]),
      price: somePrice(),
      priceUnit: oneOf(["USD", "EUR"]),
      segments: 1 + Math.floor(random() * 3),
    };
  });
}

/** The pairs in the callback URL's query of a message that called back. */
function tagsOf(message: TwilioMessage, index: number): readonly string[] {
  return index % 3 === 0
    ? []
    : [`campaign=c${index % 4}`, `to=${message.to.slice(0, 4)}`];
}

const keysOf = (
  by: string,
  message: TwilioMessage,
  tags: readonly string[],
): readonly string[] => {
  switch (by) {
    case "day":
      return [""];
    case "country":
      return [COUNTRIES.get(message.to.slice(0, 8)) ?? ""];
    case "sender":
      return [message.from];
    case "service":
      return [message.messagingServiceSid ?? ""];
    default:
      return tags.length === 0 ? [""] : tags;
  }
};

/** Adds up decimal texts by carrying digits: not how the product does it. */
function sumOfDecimals(amounts: readonly string[]): string {
  let sum = 0n;
  for (const amount of amounts) {
    const [units = "", fraction = ""] = amount.replace(/^-/, "").split(".");
    sum += BigInt(units + fraction.padEnd(DECIMALS, "0"));
  }
  const digits = sum.toString().padStart(DECIMALS + 1, "0");
  const decimals = digits.slice(-DECIMALS).replace(/0+$/, "");
  return digits.slice(0, -DECIMALS) + (decimals === "" ? "" : `.${decimals}`);
}

/** What the export has to have of the stub's messages, as its lines. */
function expectedLines(
  messages: readonly TwilioMessage[],
  tags: ReadonlyMap<string, readonly string[]>,
  by: string,
): string[] {
  const groups = new Map<string, TwilioMessage[]>();
  for (const message of messages)
    for (const each of keysOf(by, message, tags.get(message.sid) ?? [])) {
      const day = dayOf(message.sentAt);
      const key = by === "day" ? day : `${day},${each}`;
      groups.set(key, [...(groups.get(key) ?? []), message]);
    }
  return [...groups].flatMap(([key, all]) => {
    const lines = ["USD", "EUR"].flatMap((currency) => {
      const priced = all.filter(
        ({ price, priceUnit }) => price !== null && priceUnit === currency,
      );
      const segments = priced.reduce(
        (sum, each) => sum + (each.segments ?? 0),
        0,
      );
      const cost = sumOfDecimals(priced.map(({ price }) => price ?? ""));
      return priced.length === 0
        ? []
        : [`${key},charged,${priced.length},${segments},${cost},${currency}`];
    });
    const unpriced = all.filter(({ price }) => price === null).length;
    const withFee = all.filter(
      ({ status, errorCode }) => status === "failed" && errorCode !== 30008,
    );
    // By key, those of each currency have their own.
    const fees =
      by === "day"
        ? [withFee]
        : Map.groupBy(withFee, ({ price, priceUnit }) =>
            price === null ? "" : priceUnit,
          ).values();
    return [
      ...lines,
      ...(unpriced === 0 ? [] : [`${key},without a price,${unpriced},,,`]),
      ...[...fees].flatMap(({ length }) =>
        length === 0 ? [] : [`${key},with the failed-message fee,${length},,,`],
      ),
    ];
  });
}

async function expectExports(
  origin: string,
  messages: readonly TwilioMessage[],
  tags: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  for (const by of ["day", "country", "sender", "service", "tag"]) {
    const { status, text } = await get(`${origin}/costs.csv?range=7d&by=${by}`);
    expect(status).toBe(200);
    const [header, ...lines] = text.replace("\ufeff", "").trim().split("\n");
    const keys = by === "day" ? "day" : `day,${by}`;
    expect(header).toBe(`${keys},what,messages,segments,cost,currency`);
    expect(lines.toSorted()).toEqual(
      expectedLines(messages, tags, by).toSorted(),
    );
  }
}

async function read(
  store: Stores,
  stub: ReturnType<typeof startTwilioApi>,
): Promise<void> {
  await store.backfills.want(DAYS, NOW, NOTE);
  await readWantedDays({ ...readingFrom(stub, () => NOW, NEVER), store });
}

describe.each(["SQLite", "PostgreSQL"])("on %s", (engine) => {
  test("the export equals a sum of the stub's data, to the last digit, also when prices come late or change", async () => {
    await using database =
      engine === "SQLite" ? undefined : await newPostgresLedger();
    await using server = await startServer(
      database ? { DATABASE_URL: database.url } : {},
      () => NOW,
    );
    const { store, origin } = server;
    using stub = startTwilioApi(history());
    const sent = () =>
      [...stub.messages.values()].filter(
        ({ direction, status }) =>
          direction !== "inbound" && status !== "queued",
      );
    const tags = new Map<string, readonly string[]>();
    for (const [index, message] of sent().entries()) {
      if (index % 2 === 0) continue;
      tags.set(message.sid, tagsOf(message, index));
      const query = (tags.get(message.sid) ?? []).map(encodeQuery).join("&");
      await store.recordEvent({
        ...callbackOf(message, message.sentAt),
        query,
      });
    }
    await read(store, stub);
    await expectExports(origin, sent(), tags);
    // Prices come late, and sometimes change.
    for (const message of stub.messages.values())
      if (random() < 0.3)
        stub.put({ ...message, price: somePrice() ?? message.price });
    // So do callbacks, whose tags aren't known before.
    for (const [index, message] of sent().entries()) {
      if (index % 10 !== 0) continue;
      tags.set(message.sid, ["late=1"]);
      await store.recordEvent({ ...callbackOf(message, NOW), query: "late=1" });
    }
    await read(store, stub);
    await read(store, stub);
    await expectExports(origin, sent(), tags);
  });
});

function encodeQuery(tag: string): string {
  return tag.replace("+", "%2B");
}
