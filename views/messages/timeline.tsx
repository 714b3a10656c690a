import { occurredAt } from "../../src/messages/occurred-at.ts";
import type { Story, StoryEvent } from "../../src/messages/timeline-story.ts";
import type { EventRow } from "../../src/store/store.ts";
import {
  eventType,
  type Channel,
  type EventStatus,
} from "../../src/twilio/status.ts";
import { duration } from "../../src/words/amounts.ts";
import { SOURCE_WORDS } from "../parts/sources.tsx";
import { Status } from "../parts/status.tsx";
import { Exact } from "../parts/time.tsx";
import { gap } from "../../src/words/times.ts";
import { ErrorCode, shortened } from "../parts/values.tsx";

const HAPPENED: Record<Channel, Record<EventStatus, string>> = {
  sms: {
    sent: "Handed to the carrier",
    delivered: "Delivered to the phone",
    read: "Read by the recipient",
    failed: "Couldn’t be sent",
    undelivered: "Not delivered by the carrier",
  },
  whatsapp: {
    sent: "Handed to WhatsApp",
    delivered: "Delivered to the phone",
    read: "Read by the recipient",
    failed: "Couldn’t be delivered",
    undelivered: "Couldn’t be delivered",
  },
  rcs: {
    sent: "Handed to RCS",
    delivered: "Delivered to the phone",
    read: "Read by the recipient",
    failed: "Couldn’t be sent",
    undelivered: "Couldn’t be delivered",
  },
  messenger: {
    sent: "Handed to Messenger",
    delivered: "Delivered to the recipient",
    read: "Read by the recipient",
    failed: "Couldn’t be sent",
    undelivered: "Couldn’t be delivered",
  },
};

/** Every event of a message in the order received, in words, each with everything posted. */
export function Timeline({ story }: { readonly story: Story }) {
  return (
    <section class="timeline" aria-labelledby="timeline-title">
      <div class="timeline-head">
        <h2 id="timeline-title">What happened</h2>
        {story.deliveryMs === undefined ? (
          ""
        ) : (
          <p>
            Delivered <b safe>{duration(story.deliveryMs)}</b> after it was
            handed over
            {story.isTwilioTime ? ", by Twilio’s clock" : ""}
          </p>
        )}
      </div>
      <ol>
        {story.events.map((each) => (
          <Event story={each} />
        ))}
      </ol>
      <p class="hint">
        In the order received, in UTC. Twilio’s callbacks carry no time, and
        they can arrive out of order.{" "}
        {story.events.some(({ event }) => occurredAt([event]) !== null)
          ? "“By Twilio’s clock” is Twilio’s own time of the event, from another source."
          : ""}
      </p>
    </section>
  );
}

function Event({
  story: { event, gapMs, note },
}: {
  readonly story: StoryEvent;
}) {
  return (
    <li
      id={`event-${event.id}`}
      class={`event event-${event.status}${event.isSupplement ? " event-supplement" : ""}`}
    >
      <p class="event-head">
        <b class="event-words" safe>
          {HAPPENED[event.channel][event.status]}
        </b>
        <span class="event-type">
          <Status status={event.status} />{" "}
          <code safe>{eventType(event.channel, event.status)}</code>
        </span>
        <span class="event-time">
          {gapMs === undefined ? (
            ""
          ) : (
            <span class="gap" safe>
              {gap(gapMs)}
            </span>
          )}
          <Exact at={event.receivedAt} />
        </span>
      </p>
      <Reported event={event} />
      {note === undefined ? (
        ""
      ) : (
        <p class="event-note" safe>
          {note}
        </p>
      )}
      {event.errorCode === null ? (
        ""
      ) : (
        <p class="event-error">
          <ErrorCode code={event.errorCode} />
        </p>
      )}
      {event.errorMessage === null ? (
        ""
      ) : (
        <p class="event-error">
          <bdi safe>{shortened(event.errorMessage, 300)}</bdi>
        </p>
      )}
      <Repeats event={event} />
      <Posted event={event} />
    </li>
  );
}

/** Which source an event is from and when it happened, where that is more than a callback says. */
function Reported({ event }: { readonly event: EventRow }) {
  const at = occurredAt([event]);
  const { source, confirmations } = event;
  if (at === null && source === "callback" && confirmations.length === 0)
    return "";
  const others = confirmations.map((each) => SOURCE_WORDS[each.source]);
  const by = [SOURCE_WORDS[source], ...others].join(", then by ");
  return (
    <p class="event-note">
      <span safe>{`Reported by ${by}.`}</span>
      {at === null ? (
        ""
      ) : (
        <>
          {" By Twilio’s clock: "}
          <Exact at={at} />
        </>
      )}
    </p>
  );
}

function Repeats({
  event: { repeats, lastRepeatAt },
}: {
  readonly event: EventRow;
}) {
  if (repeats === 0 || lastRepeatAt === null) return "";
  return (
    <p class="event-note">
      <span safe>
        {repeats === 1 ? "Repeated once," : `Repeated ${repeats} times, last`}
      </span>{" "}
      <Exact at={lastRepeatAt} />
    </p>
  );
}

/** It never changes, so it stays as it is, open or closed, when the page around it is refreshed. */
function Posted({ event }: { readonly event: EventRow }) {
  const rawId = `raw-${event.id}`;
  const isForm = event.source === "callback";
  if (event.params.length === 0) return "";
  return (
    <details id={`posted-${event.id}`} hx-morph-skip="true">
      <summary>Everything posted</summary>
      <table class="posted">
        <thead class="visually-hidden">
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {event.params.map(([name, value]) => (
            <PostedRow name={name} value={value} />
          ))}
          {event.query === "" || event.source === "stream" ? (
            ""
          ) : (
            <PostedRow
              name={isForm ? "(query of the URL)" : "(tags)"}
              value={event.query}
            />
          )}
        </tbody>
      </table>
      {isForm ? <FormBody id={rawId} event={event} /> : ""}
    </details>
  );
}

function FormBody({
  id,
  event,
}: {
  readonly id: string;
  readonly event: EventRow;
}) {
  return (
    <>
      <div class="raw-head">
        <h3>As a form body</h3>
        <button type="button" class="copy-button" data-copy={`#${id}`}>
          Copy
        </button>
      </div>
      <pre id={id} class="raw" tabindex="0" safe>
        {formBody(event)}
      </pre>
    </>
  );
}

/** The posted form, re-encoded: the same names and values in the same order. */
function formBody({ params }: EventRow): string {
  const body = new URLSearchParams();
  for (const [name, value] of params) body.append(name, value);
  return body.toString();
}

function PostedRow({
  name,
  value,
}: {
  readonly name: string;
  readonly value: string;
}) {
  return (
    <tr>
      <th scope="row">
        <bdi safe>{name}</bdi>
      </th>
      <td>
        <bdi safe>{value}</bdi>
      </td>
    </tr>
  );
}
