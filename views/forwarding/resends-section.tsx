import { isAdmin } from "../../src/account/viewer.ts";
import type { Resend } from "../../src/store/outbox.ts";
import { counted, countWords, percent } from "../../src/words/amounts.ts";
import { minuteWords } from "../../src/words/times.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Ago } from "../parts/time.tsx";
import type { Site } from "../site.ts";
import type { EndpointView } from "./endpoint-view.ts";

/** How many that have ended are listed. */
const ENDED_SHOWN = 3;

/** What is being sent again, what was, and the way to send more. */
export function ResendsSection({ site, report, resends, now }: EndpointView) {
  const canChange = isAdmin(site.viewer);
  const { endpoint, givenUp } = report;
  const running = resends.filter(({ state }) => state === "running");
  const ended = resends
    .filter(({ state }) => state !== "running")
    .slice(0, ENDED_SHOWN);
  const shown = [...running, ...ended];
  if (shown.length === 0 && !canChange) return "";
  return (
    <section class="part" aria-labelledby="resends-title">
      <div class="part-head">
        <h2 id="resends-title">Send again</h2>
        {canChange ? (
          <a href={site.urls.endpointResend(endpoint.id)} safe>
            {givenUp === 0
              ? "Send past events again…"
              : `Send ${counted(givenUp, "given-up event")} or others again…`}
          </a>
        ) : (
          ""
        )}
      </div>
      {shown.length === 0 ? (
        <p class="quiet">
          Events that were given up, or all of a time range, can be sent again
          at a rate of their own. None have been.
        </p>
      ) : (
        <ul class="resends card">
          {shown.map((resend) => (
            <ResendRow
              site={site}
              endpointId={endpoint.id}
              resend={resend}
              now={now}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function ResendRow({
  site,
  endpointId,
  resend,
  now,
}: {
  readonly site: Site;
  readonly endpointId: number;
  readonly resend: Resend;
  readonly now: number;
}) {
  const { id, state, createdAt, createdBy } = resend;
  const done = doneShare(resend);
  return (
    <li>
      <div class="resend-head">
        <b safe>{resendWords(resend)}</b>
        <span class="hint">
          <Ago at={createdAt} now={now} /> by <bdi safe>{createdBy}</bdi>
        </span>
      </div>
      {state === "running" ? (
        <svg
          class="meter resend-meter"
          viewBox="0 0 100 5"
          preserveAspectRatio="none"
          role="img"
          aria-label={`${percent(done)} done`}
        >
          <rect width={(done * 100).toFixed(1)} height="5"></rect>
        </svg>
      ) : (
        ""
      )}
      <div class="resend-foot">
        <span safe>{progressWords(resend, done)}</span>
        {state === "running" && isAdmin(site.viewer) ? (
          <form
            method="post"
            action={site.urls.endpointResendStop(endpointId, id)}
          >
            <FormToken site={site} />
            <button class="button-small">Stop</button>
          </form>
        ) : (
          ""
        )}
      </div>
    </li>
  );
}

/** What is sent again. */
function resendWords({ kind, range }: Resend): string {
  if (kind === "event") return "One event";
  if (kind === "failed" || range === null)
    return "Everything that was given up";
  return `Events from ${minuteWords(range.from)} to ${minuteWords(range.until)} UTC`;
}

function doneShare({ afterId, untilId, cursor }: Resend): number {
  const all = untilId - afterId;
  return all <= 0 ? 1 : Math.min(1, Math.max(0, (cursor - afterId) / all));
}

const STATE_WORDS: Record<Resend["state"], string> = {
  running: "Under way",
  stopped: "Stopped",
  done: "Done",
};

function progressWords(
  { state, sent, failed, ratePerSecond }: Resend,
  done: number,
): string {
  const share = state === "running" ? `, ${percent(done)}` : "";
  const failures =
    failed === 0
      ? ""
      : `, ${countWords(failed)} failed and ${failed === 1 ? "is" : "are"} retried`;
  const rate =
    state === "running"
      ? `, up to ${countWords(ratePerSecond)} per second`
      : "";
  return `${STATE_WORDS[state]}${share}: ${countWords(sent)} sent${failures}${rate}.`;
}
