import { NOTE_MAX, type Alert } from "../../src/store/alerts.ts";
import { SNOOZE_DAYS_MAX } from "../../src/alerts/snooze.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Ago } from "../parts/time.tsx";
import { attribute } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { Taken } from "./alert-marks.tsx";

export type ActionsView = {
  readonly site: Site;
  readonly alert: Alert;
  /** When it was acknowledged or snoozed; undefined if it isn't. */
  readonly takenAt: number | undefined;
  /** What was filled in, and why nothing was done, as a sentence. */
  readonly filledIn: FilledIn | undefined;
  readonly now: number;
};

export type FilledIn = {
  readonly mistake: string;
  readonly note: string;
  readonly choice: string;
  readonly until: string;
};

/** Who takes care of an alert, and what a reader can do about it. */
export function AlertActions(view: ActionsView) {
  const { alert, filledIn } = view;
  if (alert.state === "resolved" || alert.state === "pending") return "";
  return (
    <section class="card alert-actions" aria-labelledby="actions-title">
      <h2 id="actions-title">
        {alert.state === "firing" ? "Nobody has taken it" : "Who has taken it"}
      </h2>
      <TakenBy {...view} />
      {filledIn === undefined ? (
        ""
      ) : (
        <p id="mistake" class="mistake" role="alert" safe>
          {filledIn.mistake}
        </p>
      )}
      <Acknowledge {...view} />
      <Snooze {...view} />
      <MuteLink {...view} />
    </section>
  );
}

/** An alert about a code ends for good when the code is muted, on its page. */
function MuteLink({ site: { urls }, alert: { ruleKind, key } }: ActionsView) {
  const [, code] = /^code:(\d+)$/.exec(key) ?? [];
  if (ruleKind !== "new-code" || code === undefined) return "";
  return (
    <p class="hint">
      Is this code known?{" "}
      <a href={`${urls.error(Number(code))}#mute`} safe>
        {`Mute error code ${code}`}
      </a>
    </p>
  );
}

/** Part of each of these forms: nothing is done if somebody else was faster. */
function Seen({ site, alert }: Pick<ActionsView, "site" | "alert">) {
  return (
    <>
      <FormToken site={site} />
      <input type="hidden" name="seen" value={alert.state} />
      <input type="hidden" name="seen-by" value={attribute(alert.by ?? "")} />
    </>
  );
}

function TakenBy({ site, alert, takenAt, now }: ActionsView) {
  if (alert.state === "firing") {
    return (
      <p class="hint">
        Acknowledging it tells the others that you take care of it, and stops
        reminders. It stays open until its condition ends.
      </p>
    );
  }
  return (
    <div class="taken">
      <p>
        {alert.state === "acknowledged" ? "Acknowledged" : "Snoozed"}{" "}
        <b>
          <Taken alert={alert} />
        </b>
        {takenAt === undefined ? (
          ""
        ) : (
          <span class="hint">
            , <Ago at={takenAt} now={now} />
          </span>
        )}
      </p>
      {alert.note === null || alert.note === "" ? (
        ""
      ) : (
        <blockquote class="alert-note-text">
          <bdi safe>{alert.note}</bdi>
        </blockquote>
      )}
      <form method="post" action={site.urls.alertReopen(alert.id)}>
        <Seen site={site} alert={alert} />
        <button class="button-small">
          {alert.state === "acknowledged"
            ? "Take back the acknowledgment"
            : "End the snooze"}
        </button>
      </form>
    </div>
  );
}

function Acknowledge({ site, alert, filledIn }: ActionsView) {
  return (
    <form
      class="alert-form"
      method="post"
      action={site.urls.alertAcknowledge(alert.id)}
    >
      <Seen site={site} alert={alert} />
      <label for="note">
        {alert.state === "acknowledged"
          ? alert.by === (site.viewer?.name ?? "this machine")
            ? "Change your note"
            : "Acknowledge it yourself, with a note"
          : "Note"}{" "}
        <span class="hint">(optional)</span>
      </label>
      <textarea
        id="note"
        name="note"
        rows="2"
        maxlength={NOTE_MAX}
        placeholder="What you found, or what you’re doing about it"
        safe
      >
        {filledIn?.note ?? ""}
      </textarea>
      <button class={alert.state === "firing" ? "button-primary" : undefined}>
        Acknowledge
      </button>
    </form>
  );
}

const CHOICES = [
  ["30m", "30 minutes"],
  ["2h", "2 hours"],
  ["tomorrow", "Until tomorrow, 9:00"],
  ["until", "Until"],
] as const;

/** alerts.js fills in the reader's time zone; without it, times are UTC. */
function Snooze({ site, alert, filledIn }: ActionsView) {
  const chosen = filledIn?.choice ?? "30m";
  return (
    <form
      class="alert-form"
      method="post"
      action={site.urls.alertSnooze(alert.id)}
    >
      <Seen site={site} alert={alert} />
      <input type="hidden" name="zone" value="UTC" data-zone="" />
      <fieldset>
        <legend>Snooze</legend>
        {CHOICES.map(([value, words]) => (
          <label class="choice">
            <input
              type="radio"
              name="for"
              value={value}
              checked={value === chosen}
            />
            <span>{words}</span>
            {value === "tomorrow" || value === "until" ? (
              <span class="hint zone-words">UTC</span>
            ) : (
              ""
            )}
          </label>
        ))}
        <input
          type="datetime-local"
          name="until"
          aria-label={`Snooze until this time, at most ${SNOOZE_DAYS_MAX} days from now`}
          value={attribute(filledIn?.until ?? "")}
        />
      </fieldset>
      <button>Snooze</button>
      <p class="hint">
        Quiet until then: no banner and no reminders. If it isn’t over by then,
        it fires again.
      </p>
    </form>
  );
}
