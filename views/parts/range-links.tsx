import {
  RANGE_NAMES,
  type Period,
  type RangeAddress,
} from "../../src/time/time-range.ts";
import type { Site } from "../site.ts";
import { attribute } from "./values.tsx";

type CurrentRange = Pick<Period, "address" | "label" | "range">;

/** The ranges by name, and a form for any other. Works by address alone. */
export function RangeLinks({
  current,
  hrefOf,
  hidden,
  now,
  names = RANGE_NAMES,
  others = [],
}: {
  /** Undefined when the address names no range that there is. */
  readonly current: CurrentRange | undefined;
  readonly hrefOf: (range: RangeAddress) => string;
  /** What the page's address has beside the range. */
  readonly hidden?: HiddenFields;
  readonly now: number;
  readonly names?: readonly string[];
  /** Further ranges by their ends, with what to call them. */
  readonly others?: readonly {
    readonly words: string;
    readonly address: RangeAddress;
  }[];
}) {
  const named = others.find(({ address }) =>
    Bun.deepEquals(address, current?.address),
  );
  const isOther =
    current !== undefined &&
    current.address.range === undefined &&
    named === undefined;
  const other: string = isOther ? current.label : "Other";
  return (
    <nav class="periods" aria-label="Time range">
      {names.map((name) => (
        <a
          href={hrefOf({ range: name })}
          aria-current={name === current?.address.range ? "true" : undefined}
          safe
        >
          {name}
        </a>
      ))}
      {others.map((each) => (
        <a
          href={hrefOf(each.address)}
          aria-current={each === named ? "true" : undefined}
          safe
        >
          {each.words}
        </a>
      ))}
      <details class="range-other" id="range-other">
        <summary aria-current={isOther ? "true" : undefined} safe>
          {other}
        </summary>
        <RangeForm action={hrefOf({})} {...{ current, hidden, now }} />
      </details>
    </nav>
  );
}

/** Fields of a form that don't show. Empty ones are left out. */
export type HiddenFields = Readonly<Record<string, string | undefined>>;

export function Hidden({ fields }: { readonly fields: HiddenFields }) {
  return (
    <>
      {Object.entries(fields).map(([name, value]) =>
        value === undefined || value === "" ? (
          ""
        ) : (
          <input type="hidden" name={name} value={attribute(value)} />
        ),
      )}
    </>
  );
}

function RangeForm({
  current,
  action,
  hidden = {},
  now,
}: {
  readonly current: CurrentRange | undefined;
  readonly action: string;
  readonly hidden?: HiddenFields | undefined;
  readonly now: number;
}) {
  const today = dateOf(now);
  return (
    <form method="get" action={action}>
      <Hidden fields={hidden} />
      <label>
        From
        <input
          type="date"
          name="from"
          required
          max={today}
          value={current === undefined ? today : dateOf(current.range.from)}
        />
      </label>
      <label>
        Until the end of
        <input
          type="date"
          name="to"
          required
          max={today}
          value={
            current === undefined ? today : dateOf(current.range.to - 1, today)
          }
        />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

/** The day of a time, UTC, as a date field takes it; `latest` at most. */
function dateOf(at: number, latest = "9999-12-31"): string {
  const date = new Date(at).toISOString().slice(0, 10);
  return date < latest ? date : latest;
}

/** What a page needs whose address names no range that there is. */
export type MistakesView = {
  readonly site: Site;
  /** Sentences; see `readRange`. */
  readonly mistakes: readonly string[];
  readonly now: number;
};

export function RangeMistakes({ mistakes }: Pick<MistakesView, "mistakes">) {
  return (
    <div class="empty">
      <h2>Can’t read this time range</h2>
      <ul class="mistakes">
        {mistakes.map((mistake) => (
          <li safe>{mistake}</li>
        ))}
      </ul>
      <p>Choose one above.</p>
    </div>
  );
}
