import type { CostsQuery } from "../../src/costs/costs-query.ts";
import { costWords, decimalsOf } from "../../src/costs/cost-words.ts";
import {
  addressText,
  filterText,
  type FilterPair,
} from "../../src/messages/filter-language.ts";
import { tagText } from "../../src/messages/filter-values.ts";
import { countryName } from "../../src/phone/country-names.ts";
import type {
  CostGroup,
  CostReport,
  Costs,
  CostSplit,
} from "../../src/store/costs.ts";
import { countWords } from "../../src/words/amounts.ts";
import { listHref } from "../parts/list-link.ts";
import { attribute, shortened } from "../parts/values.tsx";
import type { Site } from "../site.ts";

const WORDS = {
  day: { one: "Day", none: "", others: "" },
  country: {
    one: "Country",
    none: "Unknown country",
    others: "Other countries",
  },
  sender: { one: "Sender", none: "Unknown sender", others: "Other senders" },
  service: { one: "Service", none: "No service", others: "Other services" },
  tag: { one: "Tag", none: "No tag", others: "" },
} as const satisfies Record<
  CostSplit,
  { one: string; none: string; others: string }
>;

type TableView = {
  readonly site: Site;
  readonly query: CostsQuery;
  readonly report: CostReport;
};

/** Costs by day, country, sender, service or tag: a line for each currency. */
export function CostsTable({ site, query, report }: TableView) {
  const { groups, others } = report;
  const { by } = query;
  const shown = [...groups, ...(others === null ? [] : [others])];
  const decimals = decimalsOf(shown.flatMap(({ charged }) => charged));
  const currencies = report.total.charged.map(({ currency }) => currency);
  const hasOthers = others !== null && !isNone(others);
  return (
    <table class="list costs">
      <thead>
        <tr>
          <th scope="col" class="col-key">
            {WORDS[by].one}
          </th>
          <th scope="col" class="col-amount col-wide">
            Messages
          </th>
          <th scope="col" class="col-amount col-wide">
            Segments
          </th>
          <th scope="col" class="col-cost">
            Cost
          </th>
          <th scope="col" class="col-amount">
            No price
          </th>
          {by === "tag" ? (
            ""
          ) : (
            <th scope="col" class="col-amount">
              Not read
            </th>
          )}
          <th scope="col" class="col-amount col-wide">
            Failed fee
          </th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <tr>
            <th scope="row" class="col-key">
              <GroupKey site={site} query={query} group={group} />
            </th>
            <Cells costs={group} {...{ currencies, decimals, by }} />
          </tr>
        ))}
        {hasOthers ? (
          <tr>
            <th scope="row" class="col-key quiet">
              {WORDS[by].others}
            </th>
            <Cells costs={others} {...{ currencies, decimals, by }} />
          </tr>
        ) : (
          ""
        )}
      </tbody>
    </table>
  );
}

function isNone({ charged, unpriced, unread, withFee }: Costs): boolean {
  return charged.length + unpriced + (unread ?? 0) + withFee === 0;
}

function Cells({
  costs: { charged: unsorted, unpriced, unread, withFee },
  currencies,
  decimals,
  by,
}: {
  readonly costs: Costs;
  /** In the order of their lines. */
  readonly currencies: readonly string[];
  readonly decimals: number;
  readonly by: CostSplit;
}) {
  const charged = currencies.flatMap((each) =>
    unsorted.filter(({ currency }) => currency === each),
  );
  const lines = (words: readonly string[]) =>
    words.map((each) => (
      <span class="line" safe>
        {each}
      </span>
    ));
  return (
    <>
      <td class="col-amount col-wide">
        {lines(charged.map(({ messages }) => countWords(messages)))}
      </td>
      <td class="col-amount col-wide">
        {lines(charged.map(({ segments }) => countWords(segments)))}
      </td>
      <td class="col-cost">
        {charged.length === 0 ? (
          <span class="none">none known</span>
        ) : (
          lines(
            charged.map(
              ({ cost, currency }) =>
                `${costWords(cost, decimals)} ${currency}`,
            ),
          )
        )}
      </td>
      <Count of={unpriced} />
      {by === "tag" ? "" : <Count of={unread} />}
      <Count of={withFee} isWide={true} />
    </>
  );
}

/** Nothing where there are none. */
function Count({
  of,
  isWide = false,
}: {
  readonly of: number | null;
  readonly isWide?: boolean;
}) {
  return (
    <td class={`col-amount${isWide ? " col-wide" : ""}`}>
      {of === null || of === 0 ? (
        <span class="none">–</span>
      ) : (
        <span safe>{countWords(of)}</span>
      )}
    </td>
  );
}

/** What a row is of: it leads to its days, which add up to the row; a day, to its messages. */
function GroupKey({
  site,
  query,
  group,
}: {
  readonly site: Site;
  readonly query: CostsQuery;
  readonly group: CostGroup;
}) {
  const { urls } = site;
  const { period, by } = query;
  const { key } = group;
  if (by === "day")
    return (
      <time datetime={key ?? ""} safe>
        {key ?? ""}
      </time>
    );
  const words = wordsOf(by, group);
  if (words === undefined) return <span class="none">{WORDS[by].none}</span>;
  const name = (
    <bdi title={attribute(shortened(words, 300))} safe>
      {shortened(words)}
    </bdi>
  );
  const term = termOf(site, by, group);
  if (term === undefined) return name;
  const q = filterText([term]);
  return (
    <>
      <a class="row-link" href={urls.costs({ ...period.address, q })}>
        {name}
      </a>{" "}
      <a
        class="to-messages"
        href={listHref(urls, [term, ...period.terms])}
        aria-label={attribute(`Messages: ${shortened(words)}`)}
      >
        Messages
      </a>
    </>
  );
}

function wordsOf(
  by: Exclude<CostSplit, "day">,
  { key, tag }: CostGroup,
): string | undefined {
  if (tag) return `${tag.name}=${tag.value}`;
  if (key === null) return undefined;
  return by === "country" ? countryName(key) : key;
}

/** A masked tag finds nothing. */
const MASKED = "•";

function termOf(
  { masksNumbers }: Site,
  by: Exclude<CostSplit, "day">,
  { key, id, tag }: CostGroup,
): FilterPair | undefined {
  if (tag)
    return masksNumbers && `${tag.name}${tag.value}`.includes(MASKED)
      ? undefined
      : ["tag", tagText(tag.name, tag.value)];
  if (key === null || by === "tag") return undefined;
  return by === "sender"
    ? ["from", addressText(key, id ?? null, masksNumbers)]
    : [by, key];
}
