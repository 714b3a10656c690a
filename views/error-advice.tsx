import type { ErrorCodeInfo } from "../src/twilio/error-codes/error-codes.ts";
import { MATTER_WORDS, RETRY_WORDS } from "./error-words.ts";

/** What happened to messages with an error code, whose matter it is, what to do. */
export function ErrorAdvice({
  info: { explanation },
}: {
  readonly info: ErrorCodeInfo;
}) {
  if (explanation === undefined)
    return <p>Twilio’s own page says what it means and what to do.</p>;
  return (
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
