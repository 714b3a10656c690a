import type { MessageRow } from "../../src/store/store.ts";
import { MadeUp } from "./made-up.tsx";
import { RecipientCell } from "./recipient-cell.tsx";
import type { Urls } from "../../src/site/urls.ts";
import { Status } from "../parts/status.tsx";
import { Ago } from "../parts/time.tsx";
import { Address, ErrorCode } from "../parts/values.tsx";

/** A few messages, newest first: status, recipient, error or sender, and time. */
export function LatestMessages({
  urls,
  messages,
  isOfOneCode = false,
  now,
}: {
  readonly urls: Urls;
  readonly messages: readonly MessageRow[];
  /** All have the page's error code, so the sender is shown instead. */
  readonly isOfOneCode?: boolean;
  readonly now: number;
}) {
  return (
    <table class="list latest">
      <thead>
        <tr>
          <th scope="col" class="col-to">
            To
          </th>
          <th scope="col" class="col-status">
            Status
          </th>
          {isOfOneCode ? (
            <th scope="col" class="col-from">
              From
            </th>
          ) : (
            <th scope="col" class="col-error">
              Error
            </th>
          )}
          <th scope="col" class="col-first">
            First seen
          </th>
        </tr>
      </thead>
      <tbody>
        {messages.map((message) => (
          <tr>
            <td class="col-to">
              <RecipientCell {...{ urls, message }} hasError={!isOfOneCode} />
            </td>
            <td class="col-status">
              <Status status={message.status} />{" "}
              <MadeUp messageSid={message.messageSid} />
            </td>
            {isOfOneCode ? (
              <td class="col-from">
                <Address value={message.from} />
              </td>
            ) : (
              <td class="col-error">
                <ErrorCode code={message.errorCode} />
              </td>
            )}
            <td class="col-first">
              <Ago at={message.firstEventAt} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
