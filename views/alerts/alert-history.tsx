import type {
  NoticeOutcome,
  NoticeSent,
} from "../../src/alerts/notices-sent.ts";
import type { AlertEvent, AlertHistoryEntry } from "../../src/store/alerts.ts";
import { Exact, Minute } from "../parts/time.tsx";
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
  waiting: "not yet arrived",
  failed: "didn’t arrive",
};

const NOTICE_WORDS: Readonly<Record<string, string>> = {
  firing: "Told that it fires",
  reminder: "Reminded",
  acknowledged: "Told who has taken it",
  resolved: "Told that it’s over",
};

type Entry =
  | { readonly at: number; readonly entry: AlertHistoryEntry }
  | { readonly at: number; readonly notice: NoticeSent };

/** Everything that happened to an alert, oldest first: who did what, and who was told. */
export function AlertHistory({
  site,
  history,
  notices,
}: Pick<AlertView, "site" | "history" | "notices">) {
  const entries: Entry[] = [
    ...history.map((entry) => ({ at: entry.at, entry })),
    ...notices.map((notice) => ({ at: notice.at, notice })),
  ];
  return (
    <section class="timeline" aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      <ol class="alert-events">
        {entries
          .toSorted((a, b) => a.at - b.at)
          .map((each) =>
            "entry" in each ? (
              <Happened entry={each.entry} />
            ) : (
              <Told {...{ site }} notice={each.notice} />
            ),
          )}
      </ol>
    </section>
  );
}

function Happened({
  entry: { at, what, by, note },
}: {
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
    </li>
  );
}

function Told({
  site: { urls },
  notice: { kind, channel, channelId, at, outcome, reason, nextAt },
}: {
  readonly site: AlertView["site"];
  readonly notice: NoticeSent;
}) {
  return (
    <li class={`event event-notice notice-${outcome}`}>
      <p class="event-head">
        <span>
          <span safe>{`${NOTICE_WORDS[kind] ?? "Told"}:`}</span>{" "}
          {channel === undefined ? (
            "a channel that was removed"
          ) : (
            <a href={urls.alertChannel(channelId)}>
              <bdi safe>{channel}</bdi>
            </a>
          )}
          {", "}
          <b safe>{OUTCOMES[outcome]}</b>
        </span>
        <span class="event-time">
          <Exact at={at} />
        </span>
      </p>
      {reason === undefined ? (
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
