import type { StatusCount } from "../src/store/store.ts";
import type { EventStatus } from "../src/twilio/status.ts";
import type { Urls } from "./site.ts";
import { StatusIcon, statusWord } from "./status.tsx";

const DISPLAY_ORDER: readonly EventStatus[] = [
  "sent",
  "delivered",
  "read",
  "undelivered",
  "failed",
];

/** What became of the messages first heard of in the last 24 hours; each count filters the list. */
export function StatusStrip({
  urls,
  counts,
  current,
}: {
  readonly urls: Urls;
  readonly counts: readonly StatusCount[];
  /** The status that the list is filtered by, or "". */
  readonly current: string;
}) {
  const messages = (status: EventStatus): number =>
    counts.find((each) => each.status === status)?.messages ?? 0;
  return (
    <nav class="strip" aria-label="Messages of the last 24 hours by status">
      <span class="strip-label">Last 24 h</span>
      <ul>
        {DISPLAY_ORDER.map((status) => {
          const href = urls.messages({ status });
          return (
            <li>
              <a
                id={`by-${status}`}
                class={`status status-${status}`}
                href={href}
                aria-current={current === status ? "true" : undefined}
                hx-get={href}
                hx-target="#main"
                hx-select="#main"
                hx-swap="outerHTML"
                hx-push-url="true"
              >
                <StatusIcon status={status} />
                <span safe>{statusWord(status)}</span>{" "}
                <b safe>{countWords(messages(status))}</b>
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** `12,345`. */
export function countWords(count: number): string {
  return count.toLocaleString("en-US");
}
