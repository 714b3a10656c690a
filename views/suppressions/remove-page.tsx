import type { Suppression } from "../../src/store/suppressions.ts";
import { NOTE_LENGTH_MAX } from "../../src/suppressions/list-query.ts";
import { REASON_WORDS } from "../../src/suppressions/reasons.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Layout } from "../parts/layout.tsx";
import { Ago } from "../parts/time.tsx";
import { channelWord } from "../../src/twilio/channel-words.ts";
import { Address } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { Reason } from "./reason.tsx";

/** Asks for confirmation before a number is taken off the list, and for a note. */
export function RemovePage({
  site,
  entry: { recipientId, recipient, channel, reason, since },
  now,
}: {
  readonly site: Site;
  readonly entry: Suppression;
  readonly now: number;
}) {
  const { urls } = site;
  return (
    <Layout site={site} title="Remove from the list" section="numbers">
      <p class="crumbs">
        <a href={urls.doNotSend()}>← Do not send</a>
      </p>
      <div class="page-head">
        <h1>
          Remove <Address value={recipient} /> from the list?
        </h1>
      </div>
      <form
        class="settings-form"
        method="post"
        action={urls.doNotSendRemove(recipientId, channel)}
      >
        <FormToken site={site} />
        <p>
          <Reason reason={reason} /> on <b safe>{channelWord(channel)}</b> since{" "}
          <Ago at={since} now={now} />.{" "}
          <span safe>{REASON_WORDS[reason].sentence}</span>
        </p>
        <p>
          Remove it if you know that messages arrive again. If a message that
          you send from now on fails in the same way, the number is put back.
        </p>
        <label for="note">Note</label>
        <input
          id="note"
          name="note"
          maxlength={NOTE_LENGTH_MAX}
          autocomplete="off"
          aria-describedby="note-hint"
        />
        <p id="note-hint" class="hint">
          Why, for your colleagues, such as <i>texted START on Monday</i>. Don’t
          repeat the number.
        </p>
        <p class="form-buttons">
          <button class="button-danger">Remove it</button>
          <a class="button" href={urls.doNotSend()}>
            Keep it
          </a>
        </p>
      </form>
    </Layout>
  );
}
