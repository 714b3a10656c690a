import { isAdmin } from "../../src/account/viewer.ts";
import { RULES_LATE_MS } from "../../src/alerts/operation.ts";
import { isFiltered, type AlertsQuery } from "../../src/alerts/alerts-query.ts";
import type { ToldAlert } from "../../src/alerts/told-alerts.ts";
import { OPEN_OF_RULE_MAX, type AlertRule } from "../../src/store/alerts.ts";
import { counted } from "../../src/words/amounts.ts";
import { minuteWords } from "../../src/words/times.ts";
import { ALERTS_OOB } from "../parts/refresh.ts";
import { NothingFurther } from "../parts/nothing-further.tsx";
import { Ago } from "../parts/time.tsx";
import type { Site } from "../site.ts";
import { AlertsFrame, NoChannel } from "./alerts-frame.tsx";
import { AlertsTable } from "./alerts-table.tsx";
import { HistoryFilter } from "./history-filter.tsx";
import { OpenAlertsList } from "./open-alerts-list.tsx";

export type AlertsView = {
  readonly site: Site;
  readonly query: AlertsQuery;
  /** Firing, acknowledged or snoozed, most urgent first. */
  readonly open: readonly ToldAlert[];
  /** A page of the history. */
  readonly alerts: readonly ToldAlert[];
  /** Where the next page starts; undefined at the end. */
  readonly older: number | undefined;
  readonly rules: readonly AlertRule[];
  /** Whether a notification channel is on. */
  readonly hasChannel: boolean;
  /** When the rules were last evaluated; undefined before the first time. */
  readonly evaluatedAt: number | undefined;
  /** Rules that raise no more alerts before some of theirs are over. */
  readonly full: readonly AlertRule[];
  readonly now: number;
};

/** What is wrong now, and what was. */
export function AlertsPage(view: AlertsView) {
  const { site, query, open, hasChannel } = view;
  const isFirst = query.olderThan === undefined;
  return (
    <AlertsFrame site={site} tab="alerts" title="Alerts">
      <div
        id="alerts"
        hx-get={site.urls.alerts({
          ...addressOf(query),
          ...(query.olderThan !== undefined && { older: query.olderThan }),
        })}
        hx-trigger="every 30s"
        hx-select="#alerts"
        hx-select-oob={ALERTS_OOB}
        hx-target="this"
        hx-swap="outerMorph"
        hx-indicator="#none"
      >
        {hasChannel ? (
          ""
        ) : (
          <NoChannel site={site} canChange={isAdmin(site.viewer)} />
        )}
        <NotChecked {...view} />
        <Full {...view} />
        {isFirst ? (
          <section aria-labelledby="open-title">
            <h2 id="open-title" class="visually-hidden">
              Open alerts
            </h2>
            {open.length === 0 ? (
              <AllQuiet {...view} />
            ) : (
              <OpenAlertsList {...view} />
            )}
          </section>
        ) : (
          ""
        )}
        <History {...view} />
      </div>
    </AlertsFrame>
  );
}

/** The rules are checked every minute; without that, an empty list means nothing. */
function NotChecked({ evaluatedAt, now }: AlertsView) {
  if (evaluatedAt === undefined || now - evaluatedAt < RULES_LATE_MS) return "";
  return (
    <aside class="alerts-note" aria-label="Rules aren’t checked">
      <p>
        <b safe>
          {`The rules haven’t been checked since ${minuteWords(evaluatedAt)} UTC.`}
        </b>{" "}
        After a start, they’re checked within a minute. If this stays, the
        server’s log says why.
      </p>
    </aside>
  );
}

function Full({ site: { urls }, full }: AlertsView) {
  if (full.length === 0) return "";
  return (
    <aside class="alerts-note" aria-label="Not everything is listed">
      {full.map(({ id, name }) => (
        <p>
          <a href={urls.alertRule(id)}>
            <bdi safe>{name}</bdi>
          </a>{" "}
          <b>
            has {OPEN_OF_RULE_MAX} alerts that are open or about to fire, the
            maximum.
          </b>{" "}
          It may have more to report, which it does as these are resolved. To
          get fewer, raise its threshold or narrow it with a filter.
        </p>
      ))}
    </aside>
  );
}

/** Nothing is wrong: what is watched, and when it was last checked. */
function AllQuiet({ site: { urls }, rules, evaluatedAt, now }: AlertsView) {
  const on = rules.filter(({ isOn }) => isOn);
  return (
    <div class="empty all-quiet">
      <h2>{on.length === 0 ? "Nothing is watched" : "Nothing is wrong"}</h2>
      <p>
        {on.length === 0 ? (
          <>
            Every rule is off. <a href={urls.alertRules}>Turn some on</a> to be
            notified when messages stop arriving.
          </>
        ) : (
          <>
            <a href={urls.alertRules} safe>
              {counted(on.length, "rule")}
            </a>{" "}
            {on.length === 1 ? "is" : "are"} checked every minute
            {evaluatedAt === undefined ? (
              "."
            ) : (
              <>
                , last <Ago at={evaluatedAt} now={now} />.
              </>
            )}
          </>
        )}
      </p>
      {on.length === 0 ? (
        ""
      ) : (
        <ul class="watched">
          {on.map(({ id, name }) => (
            <li>
              <a href={urls.alertRule(id)}>
                <bdi safe>{name}</bdi>
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function History(view: AlertsView) {
  const { site, query, alerts, older } = view;
  const { urls } = site;
  return (
    <section class="part" aria-labelledby="history-title">
      <div class="part-head">
        <h2 id="history-title">History</h2>
      </div>
      <HistoryFilter {...view} />
      {alerts.length === 0 ? (
        <NothingInHistory {...view} />
      ) : (
        <AlertsTable {...view} />
      )}
      <nav class="pager results-foot" aria-label="Pages of the history">
        {query.olderThan === undefined ? (
          ""
        ) : (
          <a id="newest" class="button" href={urls.alerts(addressOf(query))}>
            Latest
          </a>
        )}
        {older === undefined ? (
          ""
        ) : (
          <a
            id="older"
            class="button"
            rel="next"
            href={urls.alerts({ ...addressOf(query), older })}
          >
            Older →
          </a>
        )}
      </nav>
    </section>
  );
}

function NothingInHistory({ site: { urls }, query }: AlertsView) {
  if (query.olderThan !== undefined)
    return <NothingFurther latest={urls.alerts()} />;
  return (
    <div class="empty">
      <h2>{isFiltered(query) ? "No matching alerts" : "No past alerts"}</h2>
      <p>
        {isFiltered(query)
          ? "No alert matches these choices."
          : "Alerts that are over appear here: what was wrong, for how long, and who took it."}
      </p>
      {isFiltered(query) ? <a href={urls.alerts()}>Show all</a> : ""}
    </div>
  );
}

/** The part of the address that narrows the history. */
function addressOf({ ruleId, severity, state, days }: AlertsQuery) {
  return {
    ...(ruleId !== undefined && { rule: ruleId }),
    ...(severity && { severity }),
    ...(state && { state }),
    ...(days && { days }),
  };
}
