import { adviceFor } from "../../src/refusals/advice.ts";
import type { Step } from "../../src/refusals/advice-shape.ts";
import type { RefusalRow } from "../../src/store/refusals.ts";
import { byteWords, countWords } from "../../src/words/amounts.ts";
import { Copyable } from "../parts/copyable.tsx";
import { Layout } from "../parts/layout.tsx";
import { Pairs } from "../parts/pairs.tsx";
import type { Site } from "../site.ts";
import { When } from "../parts/time.tsx";
import { webhookWord } from "../../src/twilio/channel-words.ts";

export type RefusalView = {
  readonly site: Site;
  readonly refusal: RefusalRow;
  readonly now: number;
};

/** One refusal: what was wrong, what to do, and what was sent. */
export function RefusalPage({ site, refusal, now }: RefusalView) {
  const { urls } = site;
  const advice = adviceFor(refusal, { hasPublicUrl: urls.isPublic });
  return (
    <Layout site={site} title="Refused callback" section="refusals">
      <nav class="crumbs" aria-label="Back">
        <a href={urls.refusals()}>← Refused callbacks</a>
      </nav>
      <div class="message-head">
        <h1 safe>{`Refused callback: ${refusal.status}`}</h1>
      </div>
      <div class="message refusal">
        <div class="message-main">
          <section class="explained" aria-labelledby="wrong-title">
            <h2 id="wrong-title">What was wrong</h2>
            {advice.sentences.map((sentence) => (
              <p safe>{sentence}</p>
            ))}
            <Addresses refusal={refusal} />
            <h2>What to do</h2>
            <ol class="steps">
              {advice.steps.map((step, index) => (
                <li>
                  <StepWords step={step} id={`setting-${index}`} />
                </li>
              ))}
            </ol>
          </section>
          <Sent refusal={refusal} />
        </div>
        <div class="message-side">
          <Facts refusal={refusal} now={now} />
        </div>
      </div>
    </Layout>
  );
}

/** The address that was signed, beside the one that was checked; only as far as it is known. */
function Addresses({
  refusal: { diagnosis, checkedUrl },
}: {
  readonly refusal: RefusalRow;
}) {
  if (checkedUrl === null) return "";
  return (
    <dl>
      {diagnosis?.outcome === "explained" ? (
        <>
          <dt>Signed for</dt>
          <dd>
            <code>
              <bdi safe>{diagnosis.signedUrl}</bdi>
            </code>
          </dd>
        </>
      ) : (
        ""
      )}
      <dt>Checked against</dt>
      <dd>
        <code>
          <bdi safe>{checkedUrl}</bdi>
        </code>
      </dd>
    </dl>
  );
}

function StepWords({
  step: { text, setting },
  id,
}: {
  readonly step: Step;
  readonly id: string;
}) {
  if (setting === undefined) return <p safe>{text}</p>;
  return (
    <>
      <p safe>{text}</p>
      {setting.includes("…") ? (
        <p>
          <code>
            <bdi safe>{setting}</bdi>
          </code>
        </p>
      ) : (
        <Copyable id={id} text={setting} />
      )}
    </>
  );
}

function Facts({
  refusal,
  now,
}: {
  readonly refusal: RefusalRow;
  readonly now: number;
}) {
  const { address, proxy, channel, status, error, times } = refusal;
  return (
    <aside class="facts" aria-label="About this callback">
      <h2>About this callback</h2>
      <dl>
        <dt>Last</dt>
        <dd>
          <When at={refusal.lastAt} now={now} />
        </dd>
        <dt>First</dt>
        <dd>
          <When at={refusal.firstAt} now={now} />
        </dd>
        <dt>Times</dt>
        <dd safe>{countWords(times)}</dd>
        <dt>From</dt>
        <dd>
          {address === null ? (
            <span class="none">unknown</span>
          ) : (
            <bdi class="mono" safe>
              {address}
            </bdi>
          )}
        </dd>
        {proxy === null || proxy === address ? (
          ""
        ) : (
          <>
            <dt>Through</dt>
            <dd>
              <bdi class="mono" safe>
                {proxy}
              </bdi>{" "}
              <span class="hint">a trusted proxy</span>
            </dd>
          </>
        )}
        <dt>Channel</dt>
        <dd safe>{webhookWord(channel)}</dd>
        <dt>Response</dt>
        <dd safe>{`${status}: ${error}`}</dd>
      </dl>
    </aside>
  );
}

/** The latest request of these: what is stored of it. */
function Sent({
  refusal: {
    sent: { method, headers, query, params, bodyBytes, isCut },
    path,
    channel,
  },
}: {
  readonly refusal: RefusalRow;
}) {
  return (
    <section class="timeline" aria-labelledby="sent-title">
      <h2 id="sent-title">Latest request</h2>
      <p class="refusal-call">
        <code>
          <bdi safe>{`${method} ${path}`}</bdi>
        </code>
      </p>
      <Pairs title="Headers" pairs={headers} />
      <Pairs title="Query" pairs={query} />
      {params === null ? (
        <p class="hint">The body wasn’t read as a form.</p>
      ) : (
        <Pairs
          title={channel === "events" ? "Said to be of" : "Form"}
          pairs={params}
        />
      )}
      <p class="hint" safe>
        {`${bodyBytes === null ? "" : `The body has ${byteWords(bodyBytes)}. `}${isCut ? "Long parts are shortened. " : ""}Phone numbers are masked before anything is stored; the signature isn’t stored.`}
      </p>
    </section>
  );
}
