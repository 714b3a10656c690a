import { isAdmin } from "../../src/account/viewer.ts";
import { failureSentence } from "../../src/forwarding/attempt-words.ts";
import type { Endpoint } from "../../src/store/endpoints.ts";
import type { Attempt } from "../../src/store/outbox.ts";
import { maskNumbersIn } from "../../src/phone/mask-numbers.ts";
import { duration } from "../../src/words/amounts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Layout } from "../parts/layout.tsx";
import { Pairs } from "../parts/pairs.tsx";
import { When } from "../parts/time.tsx";
import type { Site } from "../site.ts";
import { attemptWords, Outcome } from "./attempts-section.tsx";
import { EndpointCrumbs } from "./endpoint-edit-page.tsx";

export type AttemptView = {
  readonly site: Site;
  readonly endpoint: Endpoint;
  readonly attempt: Attempt;
  /** The message that the event is about; undefined for a test, or if it was deleted. */
  readonly messageSid: string | undefined;
  /** Whether it was sent just now by a click. */
  readonly isTestResult: boolean;
  readonly now: number;
};

/** One attempt: what was sent, and what came back. */
export function AttemptPage(view: AttemptView) {
  const { site, endpoint, attempt, now } = view;
  const sentence = failureSentence(attempt);
  return (
    <Layout site={site} title="Attempt" section="forwarding">
      <EndpointCrumbs site={site} endpoint={endpoint} />
      <div class="message-head attempt-head">
        <h1>
          <code safe>{attempt.type}</code>
        </h1>
        <Outcome attempt={attempt} />
      </div>
      <div class="message attempt">
        <div class="message-main">
          <section
            class={attempt.isSuccess ? "explained explained-good" : "explained"}
            aria-labelledby="result-title"
          >
            <h2 id="result-title" safe>
              {resultTitle(view)}
            </h2>
            {sentence === undefined ? (
              <p safe>
                {`The receiver accepted it within ${duration(attempt.durationMs)}.`}
              </p>
            ) : (
              <p safe>{sentence}</p>
            )}
            <Again {...view} />
          </section>
          <Sent attempt={attempt} endpoint={endpoint} site={site} />
          <Received site={site} attempt={attempt} />
        </div>
        <div class="message-side">
          <Facts {...view} now={now} />
        </div>
      </div>
    </Layout>
  );
}

function resultTitle({ attempt, isTestResult }: AttemptView): string {
  const what = isTestResult ? "The test event" : "This attempt";
  if (attempt.isSuccess) return `${what} succeeded`;
  return attempt.error === null
    ? `${what} failed with status ${attempt.status ?? "unknown"}`
    : `${what} got no response: ${attempt.error}`;
}

/** Sends the same event, or another test. */
function Again({ site, endpoint, attempt }: AttemptView) {
  const { urls, viewer } = site;
  if (!isAdmin(viewer)) return "";
  if (attempt.kind === "test")
    return (
      <form
        class="again"
        method="post"
        action={urls.endpointDo(endpoint.id, "test")}
      >
        <FormToken site={site} />
        <button>Send another test event</button>
      </form>
    );
  if (attempt.item === null) return "";
  if (attempt.item.feed !== "events")
    return (
      <p class="hint">
        Changes of the list Do not send can’t be sent again one by one. If this
        one was given up,{" "}
        <a href={urls.endpointResend(endpoint.id)}>Send again</a> sends it with
        everything else that was. The receiver can also read the changes from
        the API.
      </p>
    );
  return (
    <form class="again" method="post" action={urls.endpointResend(endpoint.id)}>
      <FormToken site={site} />
      <input type="hidden" name="what" value="event" />
      <input type="hidden" name="event" value={String(attempt.item.id)} />
      <button>Send this event again</button>
    </form>
  );
}

function Sent({
  attempt,
  endpoint,
  site,
}: Pick<AttemptView, "attempt" | "endpoint" | "site">) {
  const { pathname, search, host } = new URL(endpoint.url);
  const path = isAdmin(site.viewer) ? pathname + search : "/…";
  return (
    <section class="timeline" aria-labelledby="sent-title">
      <h2 id="sent-title">Request</h2>
      <p class="refusal-call">
        <code>
          <bdi safe>{`POST ${path}`}</bdi>
        </code>
      </p>
      <Pairs
        pairs={[["host", host], ...Object.entries(attempt.requestHeaders)]}
      />
      <p class="hint">
        The body isn’t stored: each attempt writes it anew from the ledger. The
        signature is shown; the secret isn’t.
      </p>
    </section>
  );
}

function Received({ site, attempt }: Pick<AttemptView, "site" | "attempt">) {
  const { status, response, error } = attempt;
  if (error !== null && status === null) return "";
  return (
    <section class="timeline" aria-labelledby="received-title">
      <h2 id="received-title" safe>
        {`Response: ${status ?? "unknown"}`}
      </h2>
      {response === null ? (
        <p class="hint">Its body isn’t kept, because a number was erased.</p>
      ) : response === "" ? (
        <p class="hint">It had no body.</p>
      ) : (
        <>
          <pre class="raw" tabindex="0" dir="auto" safe>
            {site.masksNumbers ? maskNumbersIn(response, []) : response}
          </pre>
          <p class="hint">The first 2 KB, as text.</p>
        </>
      )}
    </section>
  );
}

function Facts({ site, attempt, messageSid, now }: AttemptView) {
  return (
    <aside class="facts" aria-label="About this attempt">
      <h2>About this attempt</h2>
      <dl>
        <dt>When</dt>
        <dd>
          <When at={attempt.at} now={now} />
        </dd>
        <dt>Took</dt>
        <dd safe>{duration(attempt.durationMs)}</dd>
        <dt>Attempt</dt>
        <dd safe>{attemptWords(attempt)}</dd>
        {attempt.error === null ? (
          ""
        ) : (
          <>
            <dt>Error</dt>
            <dd>
              <code safe>{attempt.error}</code>
            </dd>
          </>
        )}
        {messageSid === undefined ? (
          ""
        ) : (
          <>
            <dt>Message</dt>
            <dd>
              <a href={site.urls.message(messageSid)}>
                <code safe>{messageSid}</code>
              </a>
            </dd>
          </>
        )}
      </dl>
    </aside>
  );
}
