import type { EventRow, MessageRow } from "../src/store/store.ts";
import { ErrorExplained } from "./error-explained.tsx";
import { Layout } from "./layout.tsx";
import type { Site } from "./site.ts";
import { Status, statusWord } from "./status.tsx";
import { Ago } from "./time.tsx";
import { Timeline } from "./timeline.tsx";
import { Address, channelWord, Country, shortened, Tag } from "./values.tsx";

const VALUE_LENGTH = 120;

/** One message: what happened to it, why, and everything that was posted about it. */
export function MessagePage({
  site,
  message,
  events,
  now,
}: {
  readonly site: Site;
  readonly message: MessageRow;
  readonly events: readonly EventRow[];
  readonly now: number;
}) {
  const { urls } = site;
  const title = `${statusWord(message.status)}: ${shortened(message.to ?? message.messageSid)}`;
  return (
    <Layout site={site} title={title} section="messages">
      <nav class="crumbs" aria-label="Way back">
        <a href={urls.messages()}>Messages</a>
      </nav>
      <div class="message-head">
        <h1>
          <Address value={message.to} /> <Country code={message.country} />
        </h1>
        <Status status={message.status} />
      </div>
      <p class="sid" safe>
        {message.messageSid}
      </p>
      <div class="message">
        <div class="message-main">
          {message.errorCode === null ? (
            ""
          ) : (
            <ErrorExplained
              urls={urls}
              code={message.errorCode}
              status={message.status}
            />
          )}
          <Timeline events={events} />
        </div>
        <Facts site={site} message={message} now={now} />
      </div>
    </Layout>
  );
}

function Facts({
  site,
  message,
  now,
}: {
  readonly site: Site;
  readonly message: MessageRow;
  readonly now: number;
}) {
  return (
    <aside class="facts" aria-label="About this message">
      <h2>About this message</h2>
      <dl>
        <dt>To</dt>
        <dd>
          <Value text={message.to} />
        </dd>
        <dt>From</dt>
        <dd>
          <Value text={message.from} />
        </dd>
        <dt>Channel</dt>
        <dd safe>{channelWord(message.channel)}</dd>
        <dt>First heard</dt>
        <dd>
          <Ago at={message.firstEventAt} now={now} />
        </dd>
        <dt>Last update</dt>
        <dd>
          <Ago at={message.lastEventAt} now={now} />
        </dd>
        <dt>Segments</dt>
        <dd>{message.numSegments ?? <span class="none">not told</span>}</dd>
        <dt>Account</dt>
        <dd class="mono">
          <Value text={message.accountSid} />
        </dd>
        <dt>Service</dt>
        <dd class="mono">
          <Value text={message.messagingServiceSid} />
        </dd>
        <dt>Tags</dt>
        <dd class="tags">
          {message.tags.length === 0 ? (
            <span class="none">none</span>
          ) : (
            message.tags.map(([name, value]) => (
              <Tag name={name} value={value} length={VALUE_LENGTH} />
            ))
          )}
        </dd>
      </dl>
      <p class="facts-links">
        {message.to === null ? (
          ""
        ) : (
          <a href={site.urls.messages({ q: shortened(message.to, 100) })}>
            Other messages to this recipient
          </a>
        )}
        <a href={consoleUrl(message)} target="_blank" rel="noopener noreferrer">
          Open in the Twilio Console ↗
        </a>
      </p>
    </aside>
  );
}

/** Cut when it is very long: the timeline has all of it. */
function Value({ text }: { readonly text: string | null }) {
  if (text === null) return <span class="none">not told</span>;
  return <bdi safe>{shortened(text, VALUE_LENGTH)}</bdi>;
}

function consoleUrl({ accountSid, messageSid }: MessageRow): string {
  const account =
    accountSid === null ? "" : `${encodeURIComponent(accountSid)}/`;
  return `https://www.twilio.com/console/sms/logs/${account}${messageSid}`;
}
