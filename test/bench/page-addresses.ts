import { VERDICTS } from "../../src/errors/verdict.ts";
import type { Reader } from "../../src/store/engine.ts";
import { openReader } from "../../src/store/sqlite/beside.ts";
import { positionAfter } from "../store/positions.ts";
import type { MessageRow } from "../../src/store/store.ts";
import { createUrls } from "../../src/site/urls.ts";
import {
  filtersOfSamples,
  oneCondition,
  severalConditions,
  type FilterTexts,
} from "./filter-texts.ts";
import type { HistoryWishes } from "./history/history.ts";
import {
  findPeople,
  SAMPLES,
  sampleMessages,
  type People,
} from "./history/samples.ts";

/**
 * Similar requests that take turns, so that no response comes from the previous one's
 * cache.
 */
export type PageAddresses = {
  readonly page: string;
  readonly paths: readonly string[];
  /** The expected status; 200 by default. */
  readonly status?: number;
};

const RANGES = ["1h", "24h", "7d", "30d", "90d"];
const CODES = [30003, 30034, 63024, 30410];
const DAY_MS = 24 * 3_600_000;

const urls = createUrls(undefined);

/**
 * Resolves to every page of a server with this history: the usual requests, and the most
 * expensive ones that a filter allows.
 */
export async function pageAddresses(
  file: string,
  wishes: HistoryWishes,
): Promise<readonly PageAddresses[]> {
  const store = openReader(file);
  const people = await findPeople(store, wishes);
  const samples = await sampleMessages(store, wishes.messages);
  const day = (age: number): string =>
    new Date(wishes.until - age * DAY_MS).toISOString().slice(0, 10);
  const pages = [
    ...overviews(day),
    ...filteredOverviews(samples),
    ...lists(wishes.messages),
    ...filtered(filtersOfSamples(samples, people)),
    ...filtered(oneCondition(day)),
    ...filtered(severalConditions(day)),
    ...(await singleMessages(store, samples, people)),
    ...errors(),
    ...numbers(people, wishes.messages),
    ...searches(samples, people),
    ...(await parts(store, wishes.messages)),
  ];
  await store.close();
  return pages;
}

function overviews(day: (age: number) => string): readonly PageAddresses[] {
  return [
    ...RANGES.map((range) => ({
      page: `/ ${range}`,
      paths: [urls.overview({ range })],
    })),
    {
      page: "/ from–to",
      paths: [60, 45, 20].map((age) =>
        urls.overview({ from: day(age), to: day(age - 14) }),
      ),
    },
  ];
}

/** Overviews of some messages: with kept counts, and without. */
function filteredOverviews(
  samples: readonly MessageRow[],
): readonly PageAddresses[] {
  const accounts = samples.flatMap(({ accountSid }) => accountSid ?? []);
  const senders = samples.flatMap(({ senderId }) => senderId ?? []);
  const filters = {
    "country:": ["country:US", "country:DE", "country:FO"],
    "from:": senders.map((id) => `from:~${id}`),
    "channel:": ["channel:sms", "channel:whatsapp"],
    "account:": accounts.map((sid) => `account:${sid}`),
    several: ["country:US channel:sms", "-country:US", "tag:campaign"],
  };
  return ["24h", "90d"].flatMap((range) =>
    Object.entries(filters).map(([what, texts]) => ({
      page: `/ ${range} ${what}`,
      paths: texts.map((q) => urls.overview({ range, q })),
    })),
  );
}

/** Lists without a filter or with a simple one, at their start and far back. */
function lists(messages: number): readonly PageAddresses[] {
  const ids = [0.5, 0.1, 0.9].map((share) => Math.floor(messages * share));
  const q = "status:failed";
  return [
    { page: "/messages", paths: [urls.messages()] },
    {
      page: "/messages deep",
      paths: ids.map((older) => urls.messages({ older })),
    },
    {
      page: "/messages deep, back",
      paths: ids.map((newer) => urls.messages({ newer })),
    },
    {
      page: `/messages ${q} deep`,
      paths: ids.map((older) => urls.messages({ q, older })),
    },
  ];
}

function filtered(filters: FilterTexts): readonly PageAddresses[] {
  return Object.entries(filters).map(([what, texts]) => ({
    page: `/messages ${what}`,
    paths: texts.map((q) => urls.messages({ q })),
  }));
}

async function singleMessages(
  store: Reader,
  samples: readonly MessageRow[],
  { busy }: People,
): Promise<readonly PageAddresses[]> {
  const toBusy = await store.listMessages(
    [{ field: "to", negated: false, values: busy.slice(0, 1) }],
    { size: SAMPLES },
  );
  return [
    {
      page: "/messages/:sid",
      paths: samples.map(({ messageSid }) => urls.message(messageSid)),
    },
    {
      page: "/messages/:sid to a busy recipient",
      paths: toBusy.messages.map(({ messageSid }) => urls.message(messageSid)),
    },
    {
      page: "/messages/:sid from a list of failures",
      paths: samples.map(({ messageSid }) =>
        urls.message(messageSid, "status:undelivered country:DE"),
      ),
    },
  ];
}

function errors(): readonly PageAddresses[] {
  return [
    ...RANGES.map((range) => ({
      page: `/errors ${range}`,
      paths: [urls.errors({ range })],
    })),
    ...["24h", "90d"].map((range) => ({
      page: `/errors/:code ${range}`,
      paths: CODES.map((code) => urls.error(code, { range })),
    })),
    {
      page: "/errors/dictionary",
      paths: [undefined, "carrier", "300", "zzz"].map((q) =>
        urls.dictionary(q),
      ),
    },
  ];
}

function numbers(
  { busy, quiet, failing }: People,
  messages: number,
): readonly PageAddresses[] {
  return [
    { page: "/numbers", paths: [urls.numbers()] },
    ...VERDICTS.map((verdict) => ({
      page: `/numbers ${verdict}`,
      paths: [urls.numbers({ verdict })],
    })),
    {
      page: "/numbers deep",
      paths: [urls.numbers({ older: Math.floor(messages / 2) })],
    },
    ...Object.entries({ busy: busy.slice(0, 3), quiet, failing }).map(
      ([kind, people]) => ({
        page: `/numbers/:number ${kind}`,
        paths: people.map((number) => urls.number(number)),
      }),
    ),
    {
      page: "/numbers/:number unknown",
      paths: [urls.number("+12025550100")],
      status: 404,
    },
  ];
}

/** What someone types into the search, and what is found while they do. */
function searches(
  samples: readonly MessageRow[],
  { busy, quiet }: People,
): readonly PageAddresses[] {
  const numbers = [...busy, ...quiet].slice(0, SAMPLES);
  const tags = samples.flatMap(({ tags }) => tags.slice(0, 1));
  const texts: Record<string, readonly string[]> = {
    "whole number": numbers,
    "last digits": numbers.map((number) => number.slice(-4)),
    "middle digits": numbers.map((number) => number.slice(-7, -2)),
    beginning: ["+1", "+49", "+4915", "+14155"],
    SID: samples.map(({ messageSid }) => messageSid.slice(0, 8)),
    tag: tags.map(([, value]) => value),
    words: ["unreachable", "carrier", "acme", "new alert", "zzzz"],
  };
  return Object.entries(texts).map(([what, all]) => ({
    page: `/search/suggest ${what}`,
    paths: all.map((q) => `${urls.searchSuggest}?q=${encodeURIComponent(q)}`),
  }));
}

/**
 * Resolves to what open pages request by themselves, both new ones and those open for long.
 */
async function parts(
  store: Reader,
  messages: number,
): Promise<readonly PageAddresses[]> {
  const end = await store.feedEnd();
  const firstAfter = async (id: number, size: number) =>
    (await store.listMessages([], { size, newerThan: id })).messages;
  const [old] = await firstAfter(Math.floor(messages / 2), 1);
  const news = async (page: string, age: number): Promise<PageAddresses> => {
    const newest = Math.max(60, messages - age);
    const rows = await firstAfter(newest - 50, 50);
    const asked = {
      above: String(newest - 50),
      after: (await positionAfter(store, Math.max(0, end.order - 2 * age)))
        .text,
      ids: rows.map(({ id }) => id).join(),
    };
    return {
      page: `/messages/live ${page}`,
      paths: ["", "status:failed", "country:FO code:30003"].map(
        (q) =>
          `${urls.messagesLive}?${new URLSearchParams({ ...asked, q }).toString()}`,
      ),
    };
  };
  const texts = "tag:campaign=l tag: from:+1 from:A service: country: st".split(
    " ",
  );
  return [
    await news("just opened", 20),
    await news("open for long", Math.floor(messages / 2)),
    {
      page: "/messages/:sid unchanged",
      paths: [`${urls.message(old?.messageSid ?? "")}?seen=${end.text}`],
      status: 204,
    },
    {
      page: "/messages/suggest",
      paths: texts.map(
        (q) => `${urls.messagesSuggest()}?q=${encodeURIComponent(q)}`,
      ),
    },
  ];
}
