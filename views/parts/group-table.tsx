import { countryName } from "../../src/phone/country-names.ts";
import type { FilterPair } from "../../src/messages/filter-language.ts";
import type { Group } from "../../src/overview/breakdown.ts";
import type { RangeTerms } from "../../src/time/time-range.ts";
import { countWords, percent } from "../../src/words/amounts.ts";
import { listHref } from "./list-link.ts";
import type { Site } from "../site.ts";
import { attribute, shortened } from "./values.tsx";

export type GroupKind = "country" | "sender" | "service";

const KIND_WORDS = {
  country: { one: "Country", none: "Unknown country" },
  sender: { one: "Sender", none: "Unknown sender" },
  service: { one: "Service", none: "No service" },
} as const satisfies Record<GroupKind, { one: string; none: string }>;

/** How much of a group is drawn and told: its bar, and how many messages that is. */
export type GroupMeasure = {
  /** 0 to 1. */
  readonly share: number;
  readonly messages: number;
};

type GroupTableProps = {
  readonly site: Site;
  readonly kind: GroupKind;
  readonly groups: readonly Group[];
  readonly measure: (group: Group) => GroupMeasure;
  /** What the share and the count are, for the heads of the table. */
  readonly measureWords: readonly [share: string, messages: string];
  /** What the lists that it leads to are narrowed to, beside the group and the time. */
  readonly conditions: readonly FilterPair[];
  readonly terms: RangeTerms;
  /** Where a group's name leads, if not to its list; then its count leads there. */
  readonly hrefOf?: ((term: FilterPair) => string) | undefined;
  /** What is below a share: the one that it's compared with. */
  readonly before?: ((group: Group) => JSX.Element) | undefined;
};

/** Countries, senders or services, each with a bar and a way to its messages. */
export function GroupTable({ groups, ...props }: GroupTableProps) {
  const { kind, measure, measureWords } = props;
  // The longest bar fills its room: small shares differ too.
  const most = Math.max(
    Number.EPSILON,
    ...groups.map((each) => measure(each).share),
  );
  return (
    <table class="list groups">
      <colgroup>
        <col />
        <col class="col-share" />
        <col class="col-amount" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">{KIND_WORDS[kind].one}</th>
          <th scope="col" class="col-share" safe>
            {measureWords[0]}
          </th>
          <th scope="col" class="col-amount" safe>
            {measureWords[1]}
          </th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <GroupRow {...props} {...{ group, most }} />
        ))}
      </tbody>
    </table>
  );
}

function GroupRow({
  site,
  kind,
  group,
  measure,
  most,
  measureWords,
  conditions,
  terms,
  hrefOf,
  before,
}: Omit<GroupTableProps, "groups"> & {
  readonly group: Group;
  /** The biggest share of all. */
  readonly most: number;
}) {
  const { share, messages } = measure(group);
  const term = groupTerm(site, kind, group);
  const list = term && listHref(site.urls, [term, ...conditions, ...terms]);
  const name = <GroupName kind={kind} group={group} />;
  const count = countWords(messages);
  const ofAll = `${measureWords[1]}: ${count} of ${countWords(group.outcomes.messages)}`;
  return (
    <tr>
      <td>
        {term === undefined ? (
          name
        ) : (
          <a class="row-link" href={hrefOf ? hrefOf(term) : list}>
            {name}
          </a>
        )}
      </td>
      <td class="col-share">
        <div class="share">
          <svg
            class="bar"
            viewBox="0 0 100 4"
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            <rect width={((share / most) * 100).toFixed(1)} height="4"></rect>
          </svg>
          <span safe>{percent(share)}</span>
        </div>
        {before ? before(group) : ""}
      </td>
      <td class="col-amount" title={ofAll}>
        {hrefOf && list ? (
          <a href={list} aria-label={ofAll} safe>
            {count}
          </a>
        ) : (
          <span safe>{count}</span>
        )}
      </td>
    </tr>
  );
}

function GroupName({
  kind,
  group: { key },
}: {
  readonly kind: GroupKind;
  readonly group: Group;
}) {
  if (key === null) return <span class="none">{KIND_WORDS[kind].none}</span>;
  if (kind === "country") {
    return <span safe>{countryName(key)}</span>;
  }
  return (
    <bdi
      class={kind === "service" ? "mono" : undefined}
      title={attribute(shortened(key, 300))}
      safe
    >
      {shortened(key)}
    </bdi>
  );
}

/** What a filter takes as it is; any other sender goes by its id. */
const PLAIN_SENDER = /^\+?[\w. -]{1,30}$/;

function groupTerm(
  { masksNumbers }: Site,
  kind: GroupKind,
  { key, id }: Group,
): FilterPair | undefined {
  if (key === null) return undefined;
  if (kind === "country") return ["country", key];
  if (kind === "service") return ["service", key];
  const isPlain = !masksNumbers && PLAIN_SENDER.test(key);
  if (isPlain || id === undefined) return ["from", key];
  return ["from", `~${id}`];
}
