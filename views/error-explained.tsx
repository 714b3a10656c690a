import { explainErrorCode } from "../src/twilio/error-codes/error-codes.ts";
import type { EventStatus } from "../src/twilio/status.ts";
import { MATTER_WORDS, RETRY_WORDS } from "./error-words.ts";
import type { Urls } from "./site.ts";

/** What an error code means for a message: what happened, whose matter it is, what to do. */
export function ErrorExplained({
  urls,
  code,
  status,
}: {
  readonly urls: Urls;
  readonly code: number;
  readonly status: EventStatus;
}) {
  const { title, explanation, url } = explainErrorCode(code);
  const arrived = status === "delivered" || status === "read";
  return (
    <section class="explained" aria-labelledby="error-title">
      <h2 id="error-title">
        <b>{code}</b>{" "}
        <span safe>{title ?? "This version does not know this code"}</span>
      </h2>
      {arrived ? (
        <p class="hint">
          This code came with an earlier callback. The message arrived all the
          same.
        </p>
      ) : (
        ""
      )}
      {explanation ? (
        <>
          <p safe>{explanation.happened}</p>
          <dl>
            <dt>Whose matter</dt>
            <dd safe>{MATTER_WORDS[explanation.matter]}</dd>
            <dt>Send again?</dt>
            <dd safe>{RETRY_WORDS[explanation.retry]}</dd>
            <dt>What to do</dt>
            <dd safe>{explanation.whatToDo}</dd>
          </dl>
        </>
      ) : (
        <p>Twilio’s own page says what it means and what to do.</p>
      )}
      <p class="explained-links">
        <a href={url} target="_blank" rel="noopener noreferrer">
          Twilio’s page about this code ↗
        </a>
        <a href={urls.messages({ code })}>Messages with this code</a>
      </p>
    </section>
  );
}
