import { fileText } from "../exports/formats.ts";
import type { CostLine, CostPlace, CostSplit } from "../store/costs.ts";
import type { Stores } from "../store/stores.ts";
import type { CostsQuery } from "./costs-query.ts";

export type CostsFormat = "csv" | "json";

type Reading = Pick<Stores, "costs" | "tally">;

const DAY_MS = 86_400_000;

/** What the messages of a record have in common; only those charged for have a cost. */
type What =
  | "charged"
  | "without a price"
  | "not read from Twilio"
  | "with the failed-message fee";

type CostRecord = {
  readonly what: What;
  readonly messages: number;
  readonly segments: number | null;
  readonly cost: string | null;
  readonly currency: string | null;
};

const COLUMNS = ["what", "messages", "segments", "cost", "currency"] as const;

/** Exports what the messages of each day cost, oldest first, piece by piece. Throws if the store does. */
export function costsExport(
  store: Reading,
  query: CostsQuery,
  format: CostsFormat,
): AsyncGenerator<string, void> {
  const { by } = query;
  return by === "day"
    ? fileText(format, ["day", ...COLUMNS], daySteps(store, query))
    : fileText(format, ["day", by, ...COLUMNS], keySteps(store, query, by));
}

async function* daySteps(
  { costs }: Reading,
  { period, only }: CostsQuery,
): AsyncGenerator<readonly object[], void> {
  const report = await costs.report({
    range: period.days,
    by: "day",
    limit: 0,
    ...(only && { only }),
  });
  if (report === "too many") return;
  yield report.groups.toReversed().flatMap((group) =>
    [
      ...group.charged.map((each): CostRecord => ({
        what: "charged",
        ...each,
      })),
      uncharged("without a price", group.unpriced),
      uncharged("not read from Twilio", group.unread ?? 0),
      uncharged("with the failed-message fee", group.withFee),
    ]
      .filter(({ messages }) => messages > 0)
      .map((record) => ({ day: group.key, ...record })),
  );
}

async function* keySteps(
  store: Reading,
  { period: { days }, tagName }: CostsQuery,
  by: Exclude<CostSplit, "day">,
): AsyncGenerator<readonly object[], void> {
  for (let day = days.from; day < days.to; day++) {
    const dayText = new Date(day * DAY_MS).toISOString().slice(0, 10);
    const seen = new Map<string | number | null, number>();
    let after: CostPlace | undefined;
    do {
      const { lines, next } = await store.costs.linesOf(day, by, after);
      for (const { id, key, seen: times } of lines)
        seen.set(id ?? key, (seen.get(id ?? key) ?? 0) + times);
      yield lines
        .filter(({ tag }) => tagName === undefined || tag?.name === tagName)
        .flatMap((line) =>
          recordsOf(line).map((record) => ({
            day: dayText,
            [by]: keyText(line),
            ...record,
          })),
        );
      after = next;
    } while (after !== undefined);
    // Nothing counts all messages by tag.
    if (by !== "tag")
      yield await unreadOf(store, day, by, seen).then((records) =>
        records.map((record) => ({ day: dayText, ...record })),
      );
  }
}

function keyText({ key, tag }: CostLine): string | null {
  return tag ? `${tag.name}=${tag.value}` : key;
}

function recordsOf(line: CostLine): CostRecord[] {
  const { charged, messages, segments, withFee } = line;
  const first: CostRecord =
    charged === null
      ? uncharged("without a price", messages)
      : { what: "charged", messages, segments, ...charged };
  return [first, uncharged("with the failed-message fee", withFee)].filter(
    (each) => each.messages > 0,
  );
}

/** Messages first seen on a day whose price wasn't read, by key. */
async function unreadOf(
  store: Reading,
  day: number,
  by: "country" | "sender" | "service",
  seen: ReadonlyMap<string | number | null, number>,
) {
  const range = { from: day * DAY_MS, to: (day + 1) * DAY_MS };
  const rows = await store.tally({ range, by });
  return rows.flatMap(({ key, id, counts }) => {
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const unread = all - (seen.get(id ?? key) ?? 0);
    return unread > 0
      ? [{ [by]: key, ...uncharged("not read from Twilio", unread) }]
      : [];
  });
}

function uncharged(what: What, messages: number): CostRecord {
  return { what, messages, segments: null, cost: null, currency: null };
}
