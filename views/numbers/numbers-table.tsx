import { addressText } from "../../src/messages/filter-language.ts";
import { verdictOnCode, verdictOnNumber } from "../../src/errors/verdict.ts";
import type { FailingRecipient } from "../../src/store/store.ts";
import type { Site } from "../site.ts";
import { Ago } from "../parts/time.tsx";
import { Address, Country, ErrorCode } from "../parts/values.tsx";
import { Failures, VerdictMark } from "../errors/verdict.tsx";

/** One row for each recipient. On a narrow screen, what to do folds into the first column. */
export function NumbersTable({
  site,
  recipients,
  now,
}: {
  readonly site: Site;
  readonly recipients: readonly FailingRecipient[];
  readonly now: number;
}) {
  return (
    <table class="list numbers">
      <thead>
        <tr>
          <th scope="col" class="col-number">
            Number
          </th>
          <th scope="col" class="col-failures">
            Failures
          </th>
          <th scope="col" class="col-why">
            Last error
          </th>
          <th scope="col" class="col-advice">
            What to do
          </th>
          <th scope="col" class="col-when">
            Last failure
          </th>
        </tr>
      </thead>
      <tbody>
        {recipients.map((recipient) => (
          <Row site={site} recipient={recipient} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  site: { urls, masksNumbers },
  recipient,
  now,
}: {
  readonly site: Site;
  readonly recipient: FailingRecipient;
  readonly now: number;
}) {
  const { recipientId, failures, messages, lastErrorCode } = recipient;
  const verdict =
    verdictOnNumber(recipient, recipient.listed) ??
    verdictOnCode(lastErrorCode);
  const name = addressText(recipient.recipient, recipientId, masksNumbers);
  return (
    <tr id={`number-${recipientId}`}>
      <td class="col-number">
        <a class="row-link" href={urls.number(name)}>
          <Address value={recipient.recipient} />
        </a>{" "}
        <Country code={recipient.country} />
        <span class="narrow-only">
          <VerdictMark verdict={verdict} />
        </span>
      </td>
      <td class="col-failures">
        <Failures failures={failures} messages={messages} />
      </td>
      <td class="col-why">
        {lastErrorCode === null ? (
          <span class="none">No error code</span>
        ) : (
          <ErrorCode code={lastErrorCode} />
        )}
      </td>
      <td class="col-advice">
        <VerdictMark verdict={verdict} />
        <p class="advice" safe>
          {verdict.firstStep}
        </p>
      </td>
      <td class="col-when">
        <Ago at={recipient.lastFailureAt} now={now} />
      </td>
    </tr>
  );
}
