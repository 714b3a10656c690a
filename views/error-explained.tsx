import { explainErrorCode } from "../src/twilio/error-codes/error-codes.ts";
import type { EventStatus } from "../src/twilio/status.ts";
import { ErrorAdvice, TwilioPageLink } from "./error-advice.tsx";
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
  const info = explainErrorCode(code);
  const arrived = status === "delivered" || status === "read";
  return (
    <section class="explained" aria-labelledby="error-title">
      <h2 id="error-title">
        <a href={urls.error(code)}>
          <b>{code}</b>{" "}
          <span safe>
            {info.title ?? "This version does not know this code"}
          </span>
        </a>
      </h2>
      {arrived ? (
        <p class="hint">
          This code came with an earlier callback. The message arrived all the
          same.
        </p>
      ) : (
        ""
      )}
      <ErrorAdvice info={info} />
      <p class="explained-links">
        <a href={urls.error(code)}>How often it happens, and to whom</a>
        <TwilioPageLink info={info} />
      </p>
    </section>
  );
}
