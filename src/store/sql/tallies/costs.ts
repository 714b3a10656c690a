import { COST_DIMENSIONS } from "../../core/cost-table.ts";
import { CostSum } from "../../core/cost-sum.ts";
import { ANY_CODE, DIMENSIONS, NO_KEY } from "../../core/rollup-table.ts";
import type {
  CostFilter,
  CostReport,
  CostRequest,
  CostSplit,
  DayRange,
} from "../../costs.ts";
import type { StatusCounts } from "../../tally.ts";
import type { Db } from "../dialect.ts";
import { costKeyNames, costKeyOf, tagKeys } from "./cost-keys.ts";
import {
  costsOfDays,
  costsOfKeyByDay,
  costsOfKeys,
  topCostKeys,
} from "./cost-rows.ts";
import type { Key, Rows } from "./rollup-reader.ts";
import { spansOf } from "./tallies.ts";

const DAY_MS = 86_400_000;

type SplitByKey = Exclude<CostSplit, "day">;

/** How messages are counted by what costs are split by; undefined where they aren't. */
const COUNTED_BY: Record<SplitByKey, number | undefined> = {
  country: DIMENSIONS.country,
  sender: DIMENSIONS.sender,
  service: DIMENSIONS.service,
  tag: undefined,
};

/** Reads costs, and what isn't known of them, all at one moment. */
export function costReport(
  db: Db,
  request: CostRequest,
): Promise<CostReport | "too many"> {
  const { by } = request;
  return db.dialect.readSnapshot(db, (snapshot) =>
    by === "day" ? byDay(snapshot, request) : byKey(snapshot, request, by),
  );
}

async function byDay(
  db: Db,
  { range, only }: CostRequest,
): Promise<CostReport> {
  const ofAll = await sumsOfDays(db, range);
  const isCounted = only === undefined || COUNTED_BY[only.by] !== undefined;
  const days =
    only === undefined ? ofAll : await sumsOfOne(db, range, only, ofAll);
  const total = totalOf(days);
  return {
    total: total.costs(isCounted),
    groups: [...days]
      .toSorted(([a], [b]) => b - a)
      .map(([day, sum]) => ({
        key: new Date(day * DAY_MS).toISOString().slice(0, 10),
        ...sum.costs(isCounted),
      })),
    others: null,
    isCut: false,
  };
}

type SumsOfDays = Map<number, CostSum>;

function sumOf<K>(sums: Map<K, CostSum>, key: K): CostSum {
  const sum = sums.get(key) ?? new CostSum();
  sums.set(key, sum);
  return sum;
}

function totalOf(days: SumsOfDays): CostSum {
  const total = new CostSum();
  for (const sum of days.values()) total.add(sum);
  return total;
}

/** The sums of each day that has some. */
async function sumsOfDays(db: Db, range: DayRange): Promise<SumsOfDays> {
  const days: SumsOfDays = new Map();
  for (const { day, ...row } of await costsOfDays(db, range))
    sumOf(days, day).addRow(row);
  await addMessagesOfDays(db, range, countedRows(undefined, undefined), days);
  return days;
}

/** The same of what a filter names. */
async function sumsOfOne(
  db: Db,
  range: DayRange,
  only: CostFilter,
  ofAll: SumsOfDays,
): Promise<SumsOfDays> {
  const days: SumsOfDays = new Map();
  const key = await costKeyOf(db, only);
  if (key === undefined) return days;
  const found = await costsOfKeyByDay(
    db,
    range,
    COST_DIMENSIONS[only.by],
    currenciesOf(totalOf(ofAll)),
    key,
  );
  for (const { day, ...row } of found) sumOf(days, day).addRow(row);
  await addMessagesOfDays(db, range, countedRows(only.by, [key]), days);
  return days;
}

/** Those of a sum, the most frequent one first, and that of messages without a price. */
function currenciesOf(total: CostSum): string[] {
  return [...total.costs(true).charged.map(({ currency }) => currency), ""];
}

async function addMessagesOfDays(
  db: Db,
  range: DayRange,
  counted: Rows | undefined,
  days: SumsOfDays,
): Promise<void> {
  if (counted === undefined) return;
  for (const [at, counts] of await spansOf(db, timesOf(range), DAY_MS, counted))
    for (const each of counts.values())
      sumOf(days, at / DAY_MS).addMessages(messagesIn(each));
}

async function byKey(
  db: Db,
  { range, tagName, limit }: CostRequest,
  by: SplitByKey,
): Promise<CostReport | "too many"> {
  const total = totalOf(await sumsOfDays(db, range));
  const currencies = currenciesOf(total);
  const keys =
    tagName === undefined
      ? await topKeys(db, range, by, currencies, limit + 1)
      : await tagKeys(db, tagName);
  if (keys === undefined) return "too many";
  const all = await sumsOfKeys(db, range, by, currencies, keys);
  const listed = all.slice(0, limit);
  const isCounted = COUNTED_BY[by] !== undefined;
  const nameOf = await costKeyNames(
    db,
    by,
    listed.map(([key]) => key),
  );
  const others = new CostSum();
  others.add(total);
  for (const [, sum] of listed) others.add(sum, -1);
  return {
    total: total.costs(true),
    groups: listed.map(([key, sum]) => ({
      ...nameOf(key),
      ...sum.costs(isCounted),
    })),
    others: isCounted ? others.costs(true) : null,
    isCut: all.length > limit,
  };
}

/** The sums of those of these keys that have some, what costs the most first. */
async function sumsOfKeys(
  db: Db,
  range: DayRange,
  by: SplitByKey,
  currencies: readonly string[],
  keys: readonly string[],
): Promise<[key: string, sum: CostSum][]> {
  const dimension = COST_DIMENSIONS[by];
  const sums = new Map<string, CostSum>();
  const rows = await costsOfKeys(db, range, dimension, currencies, keys);
  for (const { key, ...row } of rows) sumOf(sums, key).addRow(row);
  await addMessages(db, range, by, sums);
  return [...sums].toSorted(([a, ofA], [b, ofB]) => {
    for (const currency of currencies) {
      const less = ofA.chargedIn(currency) - ofB.chargedIn(currency);
      if (less !== 0n) return less < 0n ? -1 : 1;
    }
    return a < b ? -1 : 1;
  });
}

/** The keys that cost the most, currency by currency; undefined where there's too much to read. */
async function topKeys(
  db: Db,
  range: DayRange,
  by: SplitByKey,
  currencies: readonly string[],
  limit: number,
): Promise<readonly string[] | undefined> {
  const keys = new Set<string>();
  for (const currency of currencies) {
    if (keys.size >= limit) break;
    const dimension = COST_DIMENSIONS[by];
    const top = await topCostKeys(db, range, dimension, currency, limit);
    if (top === undefined) return undefined;
    for (const key of top) keys.add(key);
  }
  return [...keys].slice(0, limit);
}

/** Adds how many messages each key has, if they are counted by it. */
async function addMessages(
  db: Db,
  range: DayRange,
  by: SplitByKey,
  sums: ReadonlyMap<string, CostSum>,
): Promise<void> {
  const counted = countedRows(by, [...sums.keys()]);
  if (counted === undefined || sums.size === 0) return;
  for (const [, counts] of await spansOf(
    db,
    timesOf(range),
    undefined,
    counted,
  ))
    for (const [key, each] of counts)
      sums
        .get(key === NO_KEY ? "" : String(key))
        ?.addMessages(messagesIn(each));
}

/** Which counts of messages are of these keys; undefined where none are. */
function countedRows(
  by: SplitByKey | undefined,
  keys: readonly string[] | undefined,
): Rows | undefined {
  const dimension = by === undefined ? DIMENSIONS.all : COUNTED_BY[by];
  return dimension === undefined
    ? undefined
    : { dimension, errorCode: ANY_CODE, keys: keys?.map(countedKey) };
}

/** A key as rollups have it: a number but for countries. */
function countedKey(key: string): Key {
  return key === "" ? NO_KEY : /^\d+$/.test(key) ? Number(key) : key;
}

function timesOf({ from, to }: DayRange) {
  return { from: from * DAY_MS, to: to * DAY_MS };
}

function messagesIn(counts: StatusCounts): number {
  const { sent, failed, undelivered, delivered, read } = counts;
  return sent + failed + undelivered + delivered + read;
}
