import type { Verdict } from "../../src/errors/verdict.ts";
import { explainErrorCode } from "../../src/twilio/error-codes/error-codes.ts";
import { ErrorAdvice, TwilioPageLink } from "./error-advice.tsx";
import type { Urls } from "../../src/site/urls.ts";

/**
 * What an error code means for a message: what happened, its cause, what to do. Where there
 * is nothing to do, as it was delivered all the same, it says just that.
 */
export function ErrorExplained({
  urls,
  code,
  verdict,
}: {
  readonly urls: Urls;
  readonly code: number;
  readonly verdict: Verdict;
}) {
  const info = explainErrorCode(code);
  const isNote = verdict.kind === undefined;
  return (
    <section
      class={isNote ? "explained explained-note" : "explained"}
      aria-labelledby="error-title"
    >
      <h2 id="error-title">
        <a href={urls.error(code)}>
          <b>{code}</b>{" "}
          <span safe>
            {info.title ?? "This version doesn’t know this code"}
          </span>
        </a>
      </h2>
      {isNote ? (
        <p>
          <b safe>{`${verdict.label}.`}</b>{" "}
          <span
            safe
          >{`${verdict.whatToDo} One of its callbacks had this error code.`}</span>
        </p>
      ) : (
        <ErrorAdvice info={info} verdict={verdict} />
      )}
      <p class="explained-links">
        <a href={urls.error(code)}>
          How often it happens, and to which recipients
        </a>
        <TwilioPageLink info={info} />
      </p>
    </section>
  );
}
