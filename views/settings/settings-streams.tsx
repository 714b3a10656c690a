import { Copyable } from "../parts/copyable.tsx";
import { Ago } from "../parts/time.tsx";
import { Fact, Given } from "./given.tsx";
import type { Site } from "../site.ts";

type Props = {
  readonly site: Pick<Site, "urls">;
  /** Scheme and host that the page was asked for under. */
  readonly origin: string;
  readonly lastStreamAt: number | undefined;
  readonly now: number;
};

/** How to set up Event Streams, the second source, and whether it arrives. */
export function Streams({ site: { urls }, origin, lastStreamAt, now }: Props) {
  const destination = urls.eventsSink(origin);
  return (
    <Given title="Event Streams">
      <Fact name="What they add">
        A second source, beside callbacks or instead of them: the same event
        counts once. Twilio tries again for four hours, and gives its own time
        of each event, the segments, and the carrier.
      </Fact>
      <Fact name="Destination of the sink">
        <Copyable id="sink-destination" text={destination} />
      </Fact>
      <Fact name="Latest post">
        {lastStreamAt === undefined ? (
          <span class="none">none since the start</span>
        ) : (
          <Ago at={lastStreamAt} now={now} />
        )}
      </Fact>
      <Fact name="How to set them up">
        <details>
          <summary>In the Twilio Console</summary>
          <ol>
            <li>
              In Event Streams, Manage, create a sink of the type Webhook with
              the destination above, the method POST, and batching.
            </li>
            <li>
              Create a subscription for that sink. Under Messaging, Outbound
              Message, choose Sent, Delivered, Undelivered, Failed and Read,
              each in its latest version.
            </li>
          </ol>
        </details>
        <details>
          <summary>With curl</summary>
          <p class="hint">
            The first command prints the sink’s SID, which begins with DG. Put
            it into the second one.
          </p>
          <Copyable id="create-sink" text={createSink(destination)} />
          <Copyable id="create-subscription" text={CREATE_SUBSCRIPTION} />
        </details>
      </Fact>
    </Given>
  );
}

const TYPES = ["sent", "delivered", "undelivered", "failed", "read"].map(
  (word) => `com.twilio.messaging.message.${word}`,
);

function createSink(destination: string): string {
  const configuration = JSON.stringify({
    destination,
    method: "POST",
    batch_events: true,
  });
  return command("https://events.twilio.com/v1/Sinks", [
    "Description=smsledger",
    "SinkType=webhook",
    `SinkConfiguration=${configuration}`,
  ]);
}

const CREATE_SUBSCRIPTION = command(
  "https://events.twilio.com/v1/Subscriptions",
  [
    "Description=smsledger",
    "SinkSid=DG…",
    ...TYPES.map((type) => `Types=${JSON.stringify({ type })}`),
  ],
);

/** A command that posts these fields; curl asks for the auth token. */
function command(url: string, fields: readonly string[]): string {
  return [
    `curl ${url} -u "$TWILIO_ACCOUNT_SID"`,
    ...fields.map(
      (field) => `--data-urlencode '${field.replaceAll("'", "'\\''")}'`,
    ),
  ].join(" ");
}
