import { isAdmin } from "../../src/account/viewer.ts";
import type {
  Suppression,
  SuppressionChange,
} from "../../src/store/suppressions.ts";
import { CHANGE_WORDS, REASON_WORDS } from "../../src/suppressions/reasons.ts";
import { Ago } from "../parts/time.tsx";
import { channelWord } from "../../src/twilio/channel-words.ts";
import type { Site } from "../site.ts";
import { Reason } from "./reason.tsx";

/** A number's entries on the "do not send" list, and how they came and went. */
export function NumberListed({
  site,
  entries,
  changes,
  now,
}: {
  readonly site: Site;
  readonly entries: readonly Suppression[];
  /** The latest ones, newest first. */
  readonly changes: readonly SuppressionChange[];
  readonly now: number;
}) {
  if (changes.length === 0 && entries.length === 0) return "";
  const { urls, viewer } = site;
  return (
    <section class="card number-listed" aria-labelledby="listed-title">
      <h2 id="listed-title">
        <a href={urls.doNotSend()}>Do not send</a>
      </h2>
      {entries.length === 0 ? (
        <p class="quiet">This number isn’t on the list now.</p>
      ) : (
        <ul class="number-entries">
          {entries.map(({ recipientId, channel, reason, since }) => (
            <li>
              <Reason reason={reason} /> on <b safe>{channelWord(channel)}</b>{" "}
              since <Ago at={since} now={now} />.{" "}
              <span safe>{REASON_WORDS[reason].sentence}</span>{" "}
              {isAdmin(viewer) ? (
                <a href={urls.doNotSendRemove(recipientId, channel)}>
                  Remove from the list…
                </a>
              ) : (
                ""
              )}
            </li>
          ))}
        </ul>
      )}
      <details class="number-changes">
        <summary>History of this number on the list</summary>
        <ol>
          {changes.map(({ at, kind, channel, reason, actor, note }) => (
            <li>
              <Ago at={at} now={now} />: <span safe>{CHANGE_WORDS[kind]}</span>{" "}
              <span
                safe
              >{`(${channelWord(channel)}, ${REASON_WORDS[reason].label.toLowerCase()})`}</span>
              {actor === null ? (
                ""
              ) : (
                <>
                  {" "}
                  by <bdi safe>{actor}</bdi>
                </>
              )}
              {note === null ? (
                ""
              ) : (
                <>
                  : <q safe>{note}</q>
                </>
              )}
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}
