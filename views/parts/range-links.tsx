import { RANGE_NAMES, type Period } from "../../src/time/time-range.ts";
import type { RangeAddress } from "../../src/time/time-range.ts";
import type { Site } from "../site.ts";
import { attribute } from "./values.tsx";

/** The ranges by name, and a form for any other. Works by address alone. */
export function RangeLinks({
  current,
  hrefOf,
  hidden,
  now,
}: {
  /** Undefined when the address names no range that there is. */
  readonly current: Period | undefined;
  readonly hrefOf: (range: RangeAddress) => string;
  /** What the page's address has beside the range. */
  readonly hidden?: HiddenFields;
  readonly now: number;
}) {
  const isOther = current !== undefined && current.address.range === undefined;
  const other: string = isOther ? current.label : "Other";
  return (
    <nav class="periods" aria-label="Time range">
      {RANGE_NAMES.map((name) => (
        <a
          href={hrefOf({ range: name })}
          aria-current={name === current?.address.range ? "true" : undefined}
        >
          {name}
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
  readonly current: Period | undefined;
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
