import type { Verdict } from "../../src/errors/verdict.ts";
import type { ErrorCodeInfo } from "../../src/twilio/error-codes/error-codes.ts";
import { MATTER_WORDS } from "./error-words.ts";
import { VerdictMark } from "./verdict.tsx";

/** What happened to messages with an error code, its cause, and what to do. */
export function ErrorAdvice({
  info: { explanation },
  verdict,
}: {
  readonly info: ErrorCodeInfo;
  readonly verdict: Verdict;
}) {
  return (
    <>
      <p safe>
        {explanation?.happened ??
          "This version doesn’t know this code. Twilio’s page explains it."}
      </p>
      <dl>
        {explanation === undefined ? (
          ""
        ) : (
          <>
            <dt>Cause</dt>
            <dd safe>{MATTER_WORDS[explanation.matter]}</dd>
          </>
        )}
        <dt>Retry?</dt>
        <dd>
          <VerdictMark verdict={verdict} />
        </dd>
        <dt>What to do</dt>
        <dd safe>{verdict.whatToDo}</dd>
      </dl>
    </>
  );
}

export function TwilioPageLink({
  info: { code, url },
}: {
  readonly info: ErrorCodeInfo;
}) {
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      Twilio’s page about {code} ↗
    </a>
  );
}
