import type { MessageRow } from "../../src/store/store.ts";
import type { Urls } from "../../src/site/urls.ts";
import { MadeUp } from "./made-up.tsx";
import { Status } from "../parts/status.tsx";
import { Address, Country, ErrorCode } from "../parts/values.tsx";

/** The recipient of a message, as the link to its page; on a narrow screen, also its status. */
export function RecipientCell({
  urls,
  message: { messageSid, to, country, status, errorCode },
  q,
  hasError,
}: {
  readonly urls: Urls;
  readonly message: MessageRow;
  /** The list's filter, within which a message's page links to the next one. */
  readonly q?: string | undefined;
  readonly hasError: boolean;
}) {
  return (
    <>
      <a class="row-link" href={urls.message(messageSid, q)}>
        <Address value={to} />
      </a>{" "}
      <Country code={country} />
      <span class="narrow-only">
        <Status status={status} />
        {hasError ? <ErrorCode code={errorCode} /> : ""}
        <MadeUp messageSid={messageSid} />
      </span>
    </>
  );
}
