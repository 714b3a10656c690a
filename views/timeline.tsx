import type { EventRow } from "../src/store/store.ts";
import { eventType } from "../src/twilio/status.ts";
import { Status } from "./status.tsx";
import { Exact, gap } from "./time.tsx";
import { ErrorCode, shortened } from "./values.tsx";

/** Every event of a message in the order it came in, each with all that was posted. */
export function Timeline({ events }: { readonly events: readonly EventRow[] }) {
  return (
    <section class="timeline" aria-label="Timeline">
      <h2>Timeline</h2>
      <ol>
        {events.map((event, index) => (
          <Event event={event} before={events[index - 1]} />
        ))}
      </ol>
      <p class="hint">
        In the order they arrived here, in UTC. Twilio sends no time with a
        callback, and one may overtake another.
      </p>
    </section>
  );
}

function Event({
  event,
  before,
}: {
  readonly event: EventRow;
  readonly before: EventRow | undefined;
}) {
  return (
    <li class={`event event-${event.status}`}>
      <p class="event-head">
        <Status status={event.status} />
        <code safe>{eventType(event.channel, event.status)}</code>
        <span class="event-time">
          {before === undefined ? (
            ""
          ) : (
            <span class="gap" safe>
              {gap(event.receivedAt - before.receivedAt)}
            </span>
          )}
          <Exact at={event.receivedAt} />
        </span>
      </p>
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
      <Posted event={event} />
    </li>
  );
}

function Posted({ event }: { readonly event: EventRow }) {
  return (
    <details>
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
          {event.query === "" ? (
            ""
          ) : (
            <PostedRow name="(query of the address)" value={event.query} />
          )}
        </tbody>
      </table>
    </details>
  );
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
