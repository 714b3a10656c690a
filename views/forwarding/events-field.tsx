import { channelEvents } from "../../src/forwarding/event-types.ts";
import { SUPPRESSION_EVENT_TYPES } from "../../src/numbers/suppression-records.ts";
import { CHANNELS } from "../../src/twilio/status.ts";
import { channelWord } from "../../src/twilio/channel-words.ts";

/** Which types of events an endpoint gets. */
export function EventsField({
  events,
  invalid,
}: {
  /** Null for all. */
  readonly events: readonly string[] | null;
  /** Attributes that say whether it has a mistake. */
  readonly invalid: { readonly "aria-invalid"?: "true" };
}) {
  const isChosen = (type: string): boolean => events?.includes(type) ?? false;
  return (
    <fieldset class="events" {...invalid}>
      <legend>Events</legend>
      <label class="choice">
        <input
          type="radio"
          name="events"
          value="all"
          checked={events === null}
        />
        <span>All, also those that later versions add</span>
      </label>
      <label class="choice">
        <input
          type="radio"
          name="events"
          value="some"
          checked={events !== null}
        />
        <span>Only these:</span>
      </label>
      <div class="event-groups">
        {CHANNELS.map((channel) => (
          <EventGroup
            title={channelWord(channel)}
            types={channelEvents(channel)}
            isChosen={isChosen}
          />
        ))}
        <EventGroup
          title="“Do not send” list"
          types={SUPPRESSION_EVENT_TYPES}
          isChosen={isChosen}
        />
      </div>
    </fieldset>
  );
}

function EventGroup({
  title,
  types,
  isChosen,
}: {
  readonly title: string;
  readonly types: readonly string[];
  readonly isChosen: (type: string) => boolean;
}) {
  return (
    <div role="group" aria-label={title}>
      <h3 safe>{title}</h3>
      {types.map((type) => (
        <label class="choice">
          <input
            type="checkbox"
            name={`event ${type}`}
            value="on"
            checked={isChosen(type)}
          />
          <code safe>{type}</code>
        </label>
      ))}
    </div>
  );
}
