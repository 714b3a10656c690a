import type { CodeSeen } from "../../src/errors/codes-seen.ts";
import type { FilterPair } from "../../src/messages/filter-language.ts";
import { lost } from "../../src/overview/outcomes.ts";
import type { Period } from "../../src/time/time-range.ts";
import { explainErrorCode } from "../../src/twilio/error-codes/error-codes.ts";
import { counted, countWords } from "../../src/words/amounts.ts";
import { listHref, LOST } from "../parts/list-link.ts";
import type { Urls } from "../../src/site/urls.ts";

type CodeOfPeriod = {
  readonly urls: Urls;
  readonly period: Period;
  readonly code: CodeSeen;
};

/** An error code and its title, as the link to its page. */
export function CodeLink({ urls, period, code: { errorCode } }: CodeOfPeriod) {
  const { title } = explainErrorCode(errorCode);
  return (
    <a class="row-link" href={urls.error(errorCode, period.address)}>
      <b>{errorCode}</b> <span safe>{title ?? "Unknown to this version"}</span>
    </a>
  );
}

/** How many messages with an error code failed, as a link to them. */
export function LostLink({
  urls,
  period,
  conditions = [],
  code: { errorCode, outcomes },
}: CodeOfPeriod & { readonly conditions?: readonly FilterPair[] }) {
  return (
    <a
      href={listHref(urls, [
        ...conditions,
        ["code", errorCode],
        LOST,
        ...period.terms,
      ])}
      aria-label={`${counted(lost(outcomes), "message")} with error ${errorCode} failed`}
      safe
    >
      {countWords(lost(outcomes))}
    </a>
  );
}
