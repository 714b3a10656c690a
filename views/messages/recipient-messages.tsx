import { addressText } from "../../src/messages/filter-language.ts";
import type { MessageRow } from "../../src/store/store.ts";
import type { Site } from "../site.ts";
import { Status } from "../parts/status.tsx";
import { MadeUp } from "./made-up.tsx";
import { Ago } from "../parts/time.tsx";

/** The latest other messages to the same recipient, which show whether the message or the phone is the problem. */
export function RecipientMessages({
  site,
  message,
  others,
  now,
}: {
  readonly site: Site;
  readonly message: MessageRow;
  readonly others: readonly MessageRow[];
  readonly now: number;
}) {
  const { to, recipientId } = message;
  if (to === null) return "";
  return (
    <section class="facts others" aria-labelledby="others-title">
      <h2 id="others-title">Other messages to this recipient</h2>
      {others.length === 0 ? (
        <p class="hint">No other messages.</p>
      ) : (
        <ul>
          {others.map((other) => (
            <li>
              <a href={site.urls.message(other.messageSid)}>
                <Status status={other.status} />
              </a>{" "}
              {other.errorCode === null ? (
                ""
              ) : (
                <span class="other-code">{other.errorCode}</span>
              )}
              <Ago at={other.firstEventAt} now={now} />{" "}
              <MadeUp messageSid={other.messageSid} />
            </li>
          ))}
        </ul>
      )}
      <p class="facts-links">
        <a
          href={site.urls.number(
            addressText(to, recipientId, site.masksNumbers),
          )}
        >
          All messages to this recipient
        </a>
      </p>
    </section>
  );
}
