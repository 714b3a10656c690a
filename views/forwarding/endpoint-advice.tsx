import type { Children } from "@kitajs/html";
import {
  failureSentence,
  outcomeWords,
} from "../../src/forwarding/attempt-words.ts";
import { disabledAt, healthOf } from "../../src/forwarding/endpoint-health.ts";
import {
  waitingSentence,
  type EndpointReport,
} from "../../src/forwarding/endpoint-report.ts";
import { FAILING_DAYS_MAX } from "../../src/store/endpoints.ts";
import { minuteWords } from "../../src/words/times.ts";
import { Ago } from "../parts/time.tsx";
import type { Site } from "../site.ts";

type AdviceProps = {
  readonly site: Site;
  readonly report: EndpointReport;
  readonly now: number;
};

/** What a state other than "active" means, what happens to the events, and what to do. */
export function StateAdvice(props: AdviceProps) {
  const { endpoint } = props.report;
  switch (healthOf(endpoint, props.now)) {
    case "active":
      return "";
    case "unreadable":
      return (
        <Note title="Nothing is sent: its filter can’t be read" isGrave>
          <p safe>
            {`This version of smsledger can’t read the endpoint’s filter, and sending everything would be worse. ${waitWords(props.report)} Change the filter: the endpoint continues where it stopped.`}
          </p>
        </Note>
      );
    case "slowed":
      return (
        <Note title="It asked to be left alone for a while">
          <p safe>
            {`It answered 429 or 503 with Retry-After, so the next request is sent at ${minuteWords(endpoint.heldUntil ?? props.now)} UTC. ${waitWords(props.report)}`}
          </p>
        </Note>
      );
    case "failing":
      return <Failing {...props} />;
    case "paused":
      return (
        <Note title="Paused">
          <p>
            It was paused <Ago at={endpoint.stateChangedAt} now={props.now} />.{" "}
            <span safe>{waitWords(props.report)}</span> When you resume it, it
            continues where it stopped.
          </p>
        </Note>
      );
    case "disabled":
      return <Disabled {...props} />;
  }
}

function Failing({ report, now }: AdviceProps) {
  const { failingSince = now } = report.endpoint;
  return (
    <Note title="Every attempt fails" isGrave>
      <p>
        It started to fail <Ago at={failingSince} now={now} />.{" "}
        <LatestFailure report={report} />
      </p>
      <p safe>
        {`${waitWords(report)} They’re sent when it works again; you don’t have to do anything here. If it still fails on ${minuteWords(disabledAt(failingSince))} UTC, it’s disabled.`}
      </p>
    </Note>
  );
}

function Disabled({ report, now }: AdviceProps) {
  const { endpoint } = report;
  const isGone = endpoint.disabledReason === "gone";
  return (
    <Note
      title={
        isGone
          ? "Disabled: it answered 410 Gone"
          : `Disabled: every attempt failed for ${FAILING_DAYS_MAX} days`
      }
      isGrave
    >
      <p>
        {isGone
          ? "With 410, a receiver says that it no longer wants events, so no more are sent. "
          : "No more attempts are made. "}
        That was <Ago at={endpoint.stateChangedAt} now={now} />.{" "}
        {isGone ? "" : <LatestFailure report={report} />}
      </p>
      <p safe>
        {`${waitWords(report)} Fix the receiver, send a test event, then resume: it continues where it stopped. Remove the endpoint if nothing uses it anymore.`}
      </p>
    </Note>
  );
}

function LatestFailure({
  report: { lastFailure },
}: Pick<AdviceProps, "report">) {
  if (lastFailure === undefined) return "";
  return (
    <>
      The latest ended with <b safe>{outcomeWords(lastFailure)}</b>.{" "}
      <span safe>{failureSentence(lastFailure) ?? ""}</span>
    </>
  );
}

/** How many events wait. */
function waitWords({ waiting }: EndpointReport): string {
  return waiting.count === 0
    ? "Nothing is waiting."
    : `${waitingSentence(waiting)} None is lost.`;
}

function Note({
  title,
  isGrave = false,
  children,
}: {
  readonly title: string;
  readonly isGrave?: boolean;
  readonly children: Children;
}) {
  return (
    <section
      class={isGrave ? "explained" : "explained explained-note"}
      aria-labelledby="state-title"
    >
      <h2 id="state-title" safe>
        {title}
      </h2>
      {children}
    </section>
  );
}
