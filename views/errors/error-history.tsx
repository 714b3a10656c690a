import type { CodeHistory } from "../../src/errors/errors-of-period.ts";
import type { Group } from "../../src/overview/breakdown.ts";
import { lost } from "../../src/overview/outcomes.ts";
import type { Period } from "../../src/time/time-range.ts";
import {
  boundedCount,
  counted,
  countWords,
  percent,
} from "../../src/words/amounts.ts";
import { PeriodChart } from "../charts/chart-period.tsx";
import { GroupTable, type GroupKind } from "../parts/group-table.tsx";
import { LatestMessages } from "../messages/latest-messages.tsx";
import { listHref } from "../parts/list-link.ts";
import { TOO_MANY_SENDERS } from "../overview/overview-groups.tsx";
import type { Site } from "../site.ts";
import { Ago } from "../parts/time.tsx";

export type CodeView = {
  readonly site: Site;
  readonly code: number;
  readonly period: Period;
  readonly history: CodeHistory;
  readonly now: number;
};

/** Shown if no message of the period has the code: where there are some. */
export function NotSeen({
  site: { urls },
  code,
  period,
  history,
  now,
}: CodeView) {
  const { facts } = history;
  return (
    <div class="empty">
      <h2 safe>
        {facts === undefined
          ? "No message has had this code"
          : `No message had it ${period.when}`}
      </h2>
      {facts === undefined ? (
        <p>
          When one does, this page shows how often and which recipients are
          affected.
        </p>
      ) : (
        <>
          <p>
            The latest one was first seen{" "}
            <Ago at={facts.lastSeenAt} now={now} />.
          </p>
          <a class="button" href={listHref(urls, [["code", code]])}>
            Show all messages with this code
          </a>
        </>
      )}
    </div>
  );
}

/** How often the code occurs, and who is affected. */
export function Seen(view: CodeView) {
  const { site, code, period, history, now } = view;
  const { urls } = site;
  const ofCode = ["code", code] as const;
  return (
    <>
      <section class="panel" aria-label="How often it happens">
        <p class="code-facts">{<CodeFacts {...view} />}</p>
        <PeriodChart
          {...{ urls, period, now }}
          spans={history.spans}
          conditions={[ofCode]}
          hasRate={false}
        />
      </section>
      <div class="side-by-side thirds">
        <Shares
          {...view}
          kind="country"
          title="Countries"
          groups={history.countries}
        />
        <Shares
          {...view}
          kind="sender"
          title="Senders"
          groups={history.senders}
        />
        <Shares
          {...view}
          kind="service"
          title="Messaging services"
          groups={history.services}
        />
      </div>
      <section class="part" aria-labelledby="latest-with-code">
        <div class="part-head">
          <h2 id="latest-with-code">Latest messages with this code</h2>
          <a href={listHref(urls, [ofCode, ...period.terms])} safe>
            {`All ${counted(history.outcomes.messages, "message")}`}
          </a>
        </div>
        <LatestMessages
          {...{ urls, now }}
          messages={history.latest}
          isOfOneCode={true}
        />
      </section>
    </>
  );
}

/** `312 messages, 2.5% of all, to 280 recipients. 301 failed. First seen …, last seen ….` */
function CodeFacts({ history, now }: CodeView) {
  const { outcomes, total, facts } = history;
  return (
    <>
      <b safe>{counted(outcomes.messages, "message")}</b>
      <span safe>
        {`, ${percent(outcomes.messages / Math.max(total.messages, outcomes.messages))} of all`}
        {facts === undefined
          ? ""
          : `, to ${boundedCount(facts.recipients)} ${facts.recipients.count === 1 ? "recipient" : "recipients"}`}
        {`. ${countWords(lost(outcomes))} failed.`}
      </span>{" "}
      {facts === undefined ? (
        ""
      ) : (
        <span class="hint">
          First seen <Ago at={facts.firstSeenAt} now={now} />, last seen{" "}
          <Ago at={facts.lastSeenAt} now={now} />.
        </span>
      )}
    </>
  );
}

function Shares({
  site,
  code,
  period,
  history,
  kind,
  title,
  groups,
}: CodeView & {
  readonly kind: GroupKind;
  readonly title: string;
  readonly groups: readonly Group[];
}) {
  const id = `by-${kind}`;
  const all = history.outcomes.messages;
  return (
    <section class="part" aria-labelledby={id}>
      <div class="part-head">
        <h2 id={id} safe>
          {title}
        </h2>
      </div>
      {kind === "sender" && history.sendersCovered === "none" ? (
        <p class="quiet">{TOO_MANY_SENDERS}</p>
      ) : (
        <GroupTable
          {...{ site, kind, groups }}
          measure={({ outcomes: { messages } }) => ({
            share: all === 0 ? 0 : messages / all,
            messages,
          })}
          measureWords={["Share", "Messages"]}
          conditions={[["code", code]]}
          terms={period.terms}
        />
      )}
    </section>
  );
}
