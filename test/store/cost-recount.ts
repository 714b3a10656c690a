import { expect } from "bun:test";
import type {
  CostFilter,
  CostGroup,
  Costs,
  CostSplit,
  CostStore,
} from "../../src/store/costs.ts";
import type { MessageRow, Reading } from "../../src/store/store.ts";
import type { PriceReading } from "../../src/store/twilio-reading.ts";
import { messagesIn } from "../support/rows.ts";

const DAY_MS = 86_400_000;

type Recounted = {
  readonly message: MessageRow;
  readonly said: PriceReading | undefined;
};
type Key = Pick<CostGroup, "key" | "id" | "tag">;

/** An exact decimal number in units of its twelfth decimal. */
export function inPicos(amount: string): bigint {
  const [units = "", decimals = ""] = amount.replace("-", "").split(".");
  const all = BigInt(units + decimals.padEnd(12, "0"));
  return amount.startsWith("-") ? -all : all;
}

function keysOf({ message }: Recounted, by: CostSplit): readonly Key[] {
  switch (by) {
    case "day":
      return [];
    case "country":
      return [{ key: message.country }];
    case "sender":
      return message.senderId === null
        ? [{ key: null }]
        : [{ key: message.from, id: message.senderId }];
    case "service":
      return [{ key: message.messagingServiceSid }];
    case "tag": {
      const tags = message.tags.map(([name, value]) => ({
        key: null,
        tag: { name, value },
      }));
      return tags.length === 0 ? [{ key: null }] : tags;
    }
  }
}

/** What is known of these messages' costs; those first seen in the range and not read are unread. */
function costsOf(
  sent: readonly Recounted[],
  seen: readonly Recounted[] | null,
) {
  const charged = Map.groupBy(
    sent.filter(({ said }) => said?.price != null),
    ({ said }) => said?.price?.currency ?? "",
  );
  const withReading = sent.flatMap(({ said }) => said ?? []);
  return {
    charged: [...charged]
      .map(([currency, all]) => ({
        currency,
        cost: -all.reduce(
          (sum, { said }) => sum + inPicos(said?.price?.amount ?? ""),
          0n,
        ),
        messages: all.length,
        segments: all.reduce((sum, { said }) => sum + (said?.segments ?? 0), 0),
      }))
      .toSorted(
        (a, b) => b.messages - a.messages || (a.currency < b.currency ? -1 : 1),
      ),
    unpriced: withReading.filter(({ price }) => price === null).length,
    withFee: withReading.filter(({ hasFee }) => hasFee).length,
    unread: seen && seen.filter(({ said }) => said === undefined).length,
  };
}

function inNumbers({ charged, unpriced, withFee, unread }: Costs) {
  return {
    charged: charged.map((each) => ({ ...each, cost: inPicos(each.cost) })),
    unpriced,
    withFee,
    unread,
  };
}

const byName = (groups: readonly (Key & { readonly costs: unknown })[]) =>
  new Map(
    groups.map(({ costs, ...key }) => [
      JSON.stringify([key.key, key.id, key.tag]),
      costs,
    ]),
  );

/**
 * Adds up, message by message, what was read of their prices, and expects the store's reports of a
 * range of days to say the same.
 */
export async function expectCosts(
  store: Pick<Reading, "everyMessage"> & { readonly costs: CostStore },
  read: ReadonlyMap<string, PriceReading>,
  range: { readonly from: number; readonly to: number },
): Promise<void> {
  const all = (await messagesIn(store)).map((message) => ({
    message,
    said: read.get(message.messageSid),
  }));
  const isIn = (day: number) => day >= range.from && day < range.to;
  const seenDay = ({ message }: Recounted) =>
    Math.floor(message.firstEventAt / DAY_MS);
  const sent = all.filter(({ said }) => said && isIn(said.day));
  const seen = all.filter((each) => isIn(seenDay(each)));
  for (const by of ["country", "sender", "service", "tag"] as const) {
    const report = await store.costs.report({ range, by, limit: 1_000 });
    if (report === "too many") throw new Error("There aren't too many.");
    expect(inNumbers(report.total)).toEqual(costsOf(sent, seen));
    const names = new Map(
      sent
        .flatMap((each) => keysOf(each, by))
        .map((key) => [JSON.stringify([key.key, key.id, key.tag]), key]),
    );
    const has = (name: string) => (each: Recounted) =>
      keysOf(each, by).some(
        ({ key, id, tag }) => JSON.stringify([key, id, tag]) === name,
      );
    expect(
      byName(
        report.groups.map(({ key, id, tag, ...costs }) => ({
          key,
          ...(id !== undefined && { id }),
          ...(tag && { tag }),
          costs: inNumbers(costs),
        })),
      ),
    ).toEqual(
      byName(
        [...names].map(([name, key]) => ({
          ...key,
          costs: costsOf(
            sent.filter(has(name)),
            by === "tag" ? null : seen.filter(has(name)),
          ),
        })),
      ),
    );
    const isListed = (each: Recounted) =>
      keysOf(each, by).some(({ key, id, tag }) =>
        names.has(JSON.stringify([key, id, tag])),
      );
    expect(report.others && inNumbers(report.others)).toEqual(
      by === "tag"
        ? null
        : costsOf(
            [],
            seen.filter((each) => !isListed(each)),
          ),
    );
    for (const key of names.values())
      await expectDays(store, range, filterOf(by, key), {
        sent: sent.filter(has(JSON.stringify([key.key, key.id, key.tag]))),
        seen:
          by === "tag"
            ? null
            : seen.filter(has(JSON.stringify([key.key, key.id, key.tag]))),
      });
  }
  await expectDays(store, range, undefined, { sent, seen });
}

function filterOf(
  by: Exclude<CostSplit, "day">,
  { key, id, tag }: Key,
): CostFilter | "none" {
  if (tag) return { by: "tag", ...tag };
  if (key === null || by === "tag") return "none";
  return { by, value: id === undefined ? key : `~${id}` };
}

async function expectDays(
  { costs }: { readonly costs: CostStore },
  range: { readonly from: number; readonly to: number },
  only: CostFilter | "none" | undefined,
  {
    sent,
    seen,
  }: {
    readonly sent: readonly Recounted[];
    readonly seen: readonly Recounted[] | null;
  },
): Promise<void> {
  if (only === "none") return;
  const report = await costs.report({
    range,
    by: "day",
    limit: 0,
    ...(only && { only }),
  });
  if (report === "too many") throw new Error("There aren't too many.");
  expect(inNumbers(report.total)).toEqual(costsOf(sent, seen));
  const dayOf = (at: number) =>
    new Date(at * DAY_MS).toISOString().slice(0, 10);
  const sentOn = Map.groupBy(sent, ({ said }) => dayOf(said?.day ?? 0));
  const seenOn = Map.groupBy(seen ?? [], ({ message }) =>
    dayOf(Math.floor(message.firstEventAt / DAY_MS)),
  );
  const found = report.groups.map(
    ({ key, ...each }) => [key, inNumbers(each)] as const,
  );
  const days = [...new Set([...sentOn.keys(), ...seenOn.keys()])]
    .toSorted()
    .toReversed();
  const expected = days.map(
    (day) =>
      [
        day,
        costsOf(sentOn.get(day) ?? [], seen && (seenOn.get(day) ?? [])),
      ] as const,
  );
  // A day on which a message that was sent on another one was first seen has a row of its own by tag.
  const isEmpty = ({
    charged,
    unpriced,
    unread,
  }: ReturnType<typeof inNumbers>) =>
    charged.length === 0 && unpriced === 0 && unread === null;
  expect(found.filter(([, each]) => !isEmpty(each))).toEqual(expected);
}
