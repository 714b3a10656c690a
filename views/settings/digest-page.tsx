import type { DigestForm } from "../../src/digest/digest-form.ts";
import {
  DIGEST_FREQUENCIES,
  type Digest,
  type DigestFrequency,
} from "../../src/store/digests.ts";
import { utc } from "../../src/words/times.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Ago } from "../parts/time.tsx";
import { attribute } from "../parts/values.tsx";
import { Mistake } from "../sign-in/login-frame.tsx";
import type { Site } from "../site.ts";
import { SettingsFrame } from "./settings-frame.tsx";

export type DigestView = {
  readonly site: Site;
  /** The viewer's own; undefined while they get none. */
  readonly own: Digest | undefined;
  /** Everybody's, for admins. */
  readonly all: readonly Digest[];
  readonly form: DigestForm;
  /** What was just done, or why it wasn't, as a sentence. */
  readonly said?: string | undefined;
  readonly mistake?: string | undefined;
  /** The settings without which no digest can be sent. */
  readonly missing: readonly string[];
  readonly now: number;
};

const FREQUENCY_WORDS: Record<DigestFrequency, string> = {
  daily: "Every day",
  weekly: "Every Monday",
};

/** A user's digest by email, and for admins everybody's. */
export function DigestPage(view: DigestView) {
  const { site, own, all, said, missing, now } = view;
  return (
    <SettingsFrame site={site} section="digest" title="Digest">
      <p class="lead">
        A mail about how delivery is doing: the rate compared with the time
        before, the error codes with what to do, numbers to stop sending to, and
        open alerts.
      </p>
      {said === undefined ? (
        ""
      ) : (
        <p class="said" role="status" safe>
          {said}
        </p>
      )}
      {missing.length === 0 ? (
        ""
      ) : (
        <p class="said warns" role="status">
          <b>No digest can be sent yet.</b>{" "}
          <span
            safe
          >{`Set ${missing.join(" and ")}, then restart smsledger.`}</span>
        </p>
      )}
      {own === undefined ? "" : <NextDigest own={own} now={now} />}
      <DigestFields view={view} />
      {own === undefined ? (
        ""
      ) : (
        <form method="post" action={site.urls.digestRemove}>
          <FormToken site={site} />
          <button>Stop the digest</button>
        </form>
      )}
      {all.length === 0 ? "" : <AllDigests all={all} now={now} />}
    </SettingsFrame>
  );
}

function NextDigest({
  own,
  now,
}: {
  readonly own: Digest;
  readonly now: number;
}) {
  return (
    <p class="digest-next">
      The next digest is due on{" "}
      <time safe>{`${utc(own.dueAt).slice(0, 16)} UTC`}</time>.{" "}
      {own.sentAt === null ? (
        ""
      ) : (
        <>
          The latest was sent <Ago at={own.sentAt} now={now} />.
        </>
      )}
      {own.error === null ? "" : <Failure digest={own} />}
    </p>
  );
}

function Failure({ digest: { error, attempts } }: { readonly digest: Digest }) {
  return (
    <span class="mistake" role="alert">
      <b safe>
        {attempts === 1 ? "An attempt failed." : `${attempts} attempts failed.`}
      </b>{" "}
      <span safe>{error ?? ""}</span> It’s tried again, and nothing is left out.
    </span>
  );
}

function DigestFields({
  view: { site, own, form, mistake },
}: {
  readonly view: DigestView;
}) {
  return (
    <form class="settings-form" method="post" action={site.urls.digest}>
      <FormToken site={site} />
      <Mistake words={mistake} />
      <label for="address">Email address</label>
      <input
        id="address"
        name="address"
        type="email"
        required
        maxlength={254}
        value={attribute(form.address)}
        autocomplete="email"
      />
      <fieldset>
        <legend>How often</legend>
        {DIGEST_FREQUENCIES.map((each) => (
          <label class="choice">
            <input
              type="radio"
              name="frequency"
              value={each}
              checked={each === form.frequency}
            />
            <span safe>{FREQUENCY_WORDS[each]}</span>
          </label>
        ))}
      </fieldset>
      <label for="hour">Hour</label>
      <select id="hour" name="hour">
        {Array.from({ length: 24 }, (_, hour) => (
          <option
            value={String(hour)}
            selected={String(hour) === form.hour}
            safe
          >
            {`${String(hour).padStart(2, "0")}:00`}
          </option>
        ))}
      </select>
      <label for="timeZone">Time zone</label>
      <input
        id="timeZone"
        name="timeZone"
        required
        maxlength={60}
        value={attribute(form.timeZone)}
        autocomplete="off"
        list="time-zones"
        aria-describedby="zone-hint"
      />
      <datalist id="time-zones">
        {COMMON_ZONES.map((zone) => (
          <option value={zone}></option>
        ))}
      </datalist>
      <p id="zone-hint" class="hint">
        Such as <i>Europe/Berlin</i>. Daylight saving time is taken into
        account.
      </p>
      <button class="button-primary">
        {own === undefined ? "Send me the digest" : "Save"}
      </button>
    </form>
  );
}

const COMMON_ZONES = [
  "UTC",
  "America/Los_Angeles",
  "America/Denver",
  "America/Chicago",
  "America/New_York",
  "America/Sao_Paulo",
  "Europe/London",
  "Europe/Berlin",
  "Europe/Paris",
  "Europe/Istanbul",
  "Africa/Lagos",
  "Asia/Dubai",
  "Asia/Kolkata",
  "Asia/Singapore",
  "Asia/Tokyo",
  "Australia/Sydney",
] as const;

function AllDigests({
  all,
  now,
}: {
  readonly all: readonly Digest[];
  readonly now: number;
}) {
  return (
    <section>
      <h2>Who gets a digest</h2>
      <table class="list digests">
        <thead>
          <tr>
            <th scope="col">User</th>
            <th scope="col">Address</th>
            <th scope="col" class="col-often">
              How often
            </th>
            <th scope="col" class="col-sent">
              Latest
            </th>
          </tr>
        </thead>
        <tbody>
          {all.map((digest) => (
            <tr>
              <td>
                <bdi safe>{digest.userName ?? "this machine"}</bdi>
              </td>
              <td>
                <bdi class="address" safe>
                  {digest.address}
                </bdi>
              </td>
              <td class="col-often" safe>
                {FREQUENCY_WORDS[digest.frequency]}
              </td>
              <td class="col-sent">
                {digest.error === null ? (
                  <Sent at={digest.sentAt} now={now} />
                ) : (
                  <Failure digest={digest} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Sent({
  at,
  now,
}: {
  readonly at: number | null;
  readonly now: number;
}) {
  return at === null ? <>none yet</> : <Ago at={at} now={now} />;
}
