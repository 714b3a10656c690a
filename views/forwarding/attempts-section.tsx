import { outcomeOf, outcomeWords } from "../../src/forwarding/attempt-words.ts";
import {
  ATTEMPT_DAYS,
  ATTEMPTS_MAX,
  type Attempt,
  type AttemptKind,
} from "../../src/store/outbox.ts";
import { countWords, duration } from "../../src/words/amounts.ts";
import { KindTabs } from "../parts/kind-tabs.tsx";
import { NothingFurther } from "../parts/nothing-further.tsx";
import { Ago } from "../parts/time.tsx";
import type { Site } from "../site.ts";
import type { EndpointView } from "./endpoint-view.ts";

/** What was tried, newest first. */
export function AttemptsSection(view: EndpointView) {
  const { site, report, attempts, isFirstPage, now } = view;
  const { id } = report.endpoint;
  return (
    <section class="part" aria-labelledby="attempts-title">
      <div class="part-head">
        <h2 id="attempts-title">Attempts</h2>
        <Shown {...view} />
      </div>
      {attempts.attempts.length > 0 ? (
        <AttemptsTable
          {...{ site, now }}
          endpointId={id}
          attempts={attempts.attempts}
        />
      ) : isFirstPage ? (
        <NoAttempts show={view.show} />
      ) : (
        <NothingFurther latest={site.urls.endpoint(id)} />
      )}
      <Foot {...view} />
    </section>
  );
}

/** The kinds of attempts: all, failed, and each way in which some failed lately. */
function Shown({ site: { urls }, report, show, outcomes }: EndpointView) {
  const { id } = report.endpoint;
  const named = new Map(outcomes.map((each) => [outcomeOf(each), each]));
  const others = [...named].map(([code, each]) => ({
    show: code,
    words: outcomeWords(each),
  }));
  const known: readonly { readonly show: string; readonly words: string }[] = [
    { show: "all", words: "All" },
    { show: "failed", words: "Failed" },
    ...others,
    ...(["all", "failed", ...named.keys()].includes(show)
      ? []
      : [{ show, words: show }]),
  ];
  return (
    <KindTabs
      label="Which attempts"
      tabs={known.map((each) => ({
        href: urls.endpoint(id, { show: each.show }),
        words: each.words,
        isCurrent: each.show === show,
      }))}
    />
  );
}

function NoAttempts({ show }: { readonly show: string }) {
  return (
    <div class="empty">
      <h2>{show === "all" ? "No attempts yet" : "No such attempts"}</h2>
      <p>
        {show === "all"
          ? "The next matching event is sent as soon as it’s recorded. A test event shows whether the endpoint works."
          : "None of the attempts in the log ended like this."}
      </p>
    </div>
  );
}

const KIND_WORDS: Record<AttemptKind, string> = {
  live: "first attempt",
  retry: "retry",
  resend: "sent again",
  test: "test",
};

/** `attempt 3` says more than `retry`. */
export function attemptWords({ kind, attempt }: Attempt): string {
  return kind === "retry" ? `attempt ${attempt}` : KIND_WORDS[kind];
}

/** How an attempt ended: a shape, and its status or error. */
export function Outcome({ attempt }: { readonly attempt: Attempt }) {
  const { isSuccess } = attempt;
  return (
    <span class={`status status-${isSuccess ? "delivered" : "failed"}`}>
      <svg
        class="icon"
        viewBox="0 0 16 16"
        width="14"
        height="14"
        aria-hidden="true"
      >
        <path
          d={isSuccess ? "m3 8.500 3.500 3.500L13 4.500" : "m4 4 8 8M12 4l-8 8"}
        ></path>
      </svg>
      <span class="visually-hidden">
        {isSuccess ? "Succeeded:" : "Failed:"}
      </span>
      <span safe>{outcomeWords(attempt)}</span>
    </span>
  );
}

function AttemptsTable({
  site: { urls },
  endpointId,
  attempts,
  now,
}: {
  readonly site: Site;
  readonly endpointId: number;
  readonly attempts: readonly Attempt[];
  readonly now: number;
}) {
  return (
    <table class="list attempts">
      <thead>
        <tr>
          <th scope="col" class="col-outcome">
            Result
          </th>
          <th scope="col" class="col-event">
            Event
          </th>
          <th scope="col" class="col-kind">
            Attempt
          </th>
          <th scope="col" class="col-took">
            Took
          </th>
          <th scope="col" class="col-when">
            When
          </th>
        </tr>
      </thead>
      <tbody>
        {attempts.map((attempt) => (
          <tr id={`attempt-${attempt.id}`}>
            <td class="col-outcome">
              <a class="row-link" href={urls.attempt(endpointId, attempt.id)}>
                <Outcome attempt={attempt} />
              </a>
              <span class="narrow-only">
                <code safe>{attempt.type}</code>
                <span safe>
                  {`, ${attemptWords(attempt)}, ${duration(attempt.durationMs).replaceAll(" ", "\u00a0")}`}
                </span>
              </span>
            </td>
            <td class="col-event">
              <code safe>{attempt.type}</code>
            </td>
            <td class="col-kind" safe>
              {attemptWords(attempt)}
            </td>
            <td class="col-took" safe>
              {duration(attempt.durationMs)}
            </td>
            <td class="col-when">
              <Ago at={attempt.at} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Foot({
  site: { urls },
  report: { endpoint },
  show,
  attempts: { older },
  isFirstPage,
}: EndpointView) {
  return (
    <div class="results-foot">
      <p safe>
        {`The newest ${countWords(ATTEMPTS_MAX)} attempts of ${ATTEMPT_DAYS} days are kept.`}
      </p>
      <nav class="pager" aria-label="Pages of attempts">
        {isFirstPage ? (
          ""
        ) : (
          <a
            id="newest"
            class="button"
            href={urls.endpoint(endpoint.id, { show })}
          >
            Newest
          </a>
        )}
        {older === undefined ? (
          ""
        ) : (
          <a
            id="older"
            class="button"
            href={urls.endpoint(endpoint.id, { show, older })}
          >
            Older →
          </a>
        )}
      </nav>
    </div>
  );
}
