import type {
  NoticeOutcome,
  NoticeSent,
} from "../../src/alerts/notices-sent.ts";
import type { AlertEvent, AlertHistoryEntry } from "../../src/store/alerts.ts";
import { Exact, Minute } from "../parts/time.tsx";
import { isAdmin } from "../../src/account/viewer.ts";
import type { Site } from "../site.ts";
import type { AlertView } from "./alert-view.ts";

const HAPPENED: Record<AlertEvent, string> = {
  pending: "The rule’s condition was met",
  fired: "Fired",
  reminded: "Reminder",
  acknowledged: "Acknowledged",
  snoozed: "Snoozed",
  reopened: "Firing again",
  resolved: "Over",
};

const OUTCOMES: Record<NoticeOutcome, string> = {
  arrived: "arrived",
  waiting: "waits",
  failed: "didn’t arrive",
};

/** Everything that happened to an alert, oldest first: who did what, and who was notified. */
export function AlertHistory({
  site,
  history,
  notices,
}: Pick<AlertView, "site" | "history" | "notices">) {
  return (
    <section class="timeline" aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      <ol class="alert-events">
        {history.map((entry) => (
          <Happened
            {...{ site, entry }}
            notices={notices.filter(({ entryId }) => entryId === entry.id)}
          />
        ))}
      </ol>
    </section>
  );
}

function Happened({
  site,
  entry: { at, what, by, note },
  notices,
}: Pick<AlertView, "site" | "notices"> & {
  readonly entry: AlertHistoryEntry;
}) {
  return (
    <li class={`event event-${what}`}>
      <p class="event-head">
        <b class="event-words" safe>
          {HAPPENED[what]}
        </b>
        {by === "server" ? (
          ""
        ) : (
          <span>
            by <bdi safe>{by}</bdi>
          </span>
        )}
        <span class="event-time">
          <Exact at={at} />
        </span>
      </p>
      {note === "" ? (
        ""
      ) : (
        <p class="alert-note-text">
          <bdi safe>{note}</bdi>
        </p>
      )}
      {notices.length === 0 ? (
        ""
      ) : (
        <ul class="notices">
          {notices.map((notice) => (
            <Notice {...{ site, notice }} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** Whom it was sent to, and whether it arrived. */
function Notice({
  site: { urls, viewer },
  notice: { channel, at, outcome, reason, nextAt },
}: {
  readonly site: Site;
  readonly notice: NoticeSent;
}) {
  return (
    <li class={`notice-${outcome}`}>
      {"Notice to "}
      {isAdmin(viewer) ? (
        <a href={urls.alertChannel(channel.id)}>
          <bdi safe>{channel.name}</bdi>
        </a>
      ) : (
        <bdi safe>{channel.name}</bdi>
      )}
      {": "}
      <b safe>{OUTCOMES[outcome]}</b>{" "}
      <span class="event-time">
        <Exact at={at} />
      </span>
      {reason === undefined || outcome === "arrived" ? (
        ""
      ) : (
        <p class="event-note">
          <span safe>{reason}</span>
          {nextAt === null ? (
            ""
          ) : (
            <>
              {" Next attempt: "}
              <Minute at={nextAt} />.
            </>
          )}
        </p>
      )}
    </li>
  );
}
