import { isAdmin } from "../../src/account/viewer.ts";
import { addressText } from "../../src/messages/filter-language.ts";
import type { Suppression } from "../../src/store/suppressions.ts";
import { Ago } from "../parts/time.tsx";
import { channelWord } from "../../src/twilio/channel-words.ts";
import { Address, attribute, Country, ErrorCode } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { Reason } from "./reason.tsx";

type TableView = {
  readonly site: Site;
  readonly entries: readonly Suppression[];
  readonly now: number;
};

/** One row for each entry. On a narrow screen, the error folds into the reason. */
export function ListTable({ site, entries, now }: TableView) {
  const mayRemove = isAdmin(site.viewer);
  return (
    <table class="list suppressions">
      <thead>
        <tr>
          <th scope="col" class="col-number">
            Number
          </th>
          <th scope="col" class="col-channel">
            Channel
          </th>
          <th scope="col" class="col-reason">
            Reason
          </th>
          <th scope="col" class="col-why">
            Error
          </th>
          <th scope="col" class="col-when">
            Since
          </th>
          {mayRemove ? (
            <th scope="col" class="col-do">
              <span class="visually-hidden">Remove</span>
            </th>
          ) : (
            ""
          )}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row site={site} entry={entry} now={now} mayRemove={mayRemove} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  site: { urls, masksNumbers },
  entry,
  now,
  mayRemove,
}: {
  readonly site: Site;
  readonly entry: Suppression;
  readonly now: number;
  readonly mayRemove: boolean;
}) {
  const { recipientId, recipient, channel, reason, errorCode } = entry;
  const name = addressText(recipient, recipientId, masksNumbers);
  return (
    <tr id={`listed-${recipientId}-${channel}`}>
      <td class="col-number">
        <a class="row-link" href={urls.number(name)}>
          <Address value={recipient} />
        </a>{" "}
        <Country code={entry.country} />
      </td>
      <td class="col-channel" safe>
        {channelWord(channel)}
      </td>
      <td class="col-reason">
        <Reason reason={reason} />
        <span class="narrow-only">
          <span safe>{channelWord(channel)}</span>,{" "}
          <Ago at={entry.since} now={now} />
        </span>
        <span class="narrow-only">
          <ErrorCode code={errorCode} />
        </span>
      </td>
      <td class="col-why">
        {errorCode === null ? (
          <span class="none">No error code</span>
        ) : (
          <a href={urls.error(errorCode)}>
            <ErrorCode code={errorCode} />
          </a>
        )}
      </td>
      <td class="col-when">
        <Ago at={entry.since} now={now} />
      </td>
      {mayRemove ? (
        <td class="col-do">
          <a
            class="button button-small"
            href={urls.doNotSendRemove(recipientId, channel)}
            aria-label={`Remove ${attribute(recipient)}, ${channelWord(channel)}`}
          >
            Remove
          </a>
        </td>
      ) : (
        ""
      )}
    </tr>
  );
}
