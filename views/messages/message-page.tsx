import { verdictOnMessage } from "../../src/errors/verdict.ts";
import type { MessageDetails } from "../../src/messages/message-details.ts";
import { storyOf } from "../../src/messages/timeline-story.ts";
import { ErrorExplained } from "../errors/error-explained.tsx";
import { Layout } from "../parts/layout.tsx";
import { Ago } from "../parts/time.tsx";
import { MadeUp } from "./made-up.tsx";
import { MessageFacts } from "./message-facts.tsx";
import { RecipientMessages } from "./recipient-messages.tsx";
import type { Urls } from "../../src/site/urls.ts";
import type { Site } from "../site.ts";
import { Status, statusWord } from "../parts/status.tsx";
import { supportWords } from "../../src/messages/support-words.ts";
import { SupportCard } from "./support-card.tsx";
import { Timeline } from "./timeline.tsx";
import { Address, Country, shortened } from "../parts/values.tsx";

export type MessageView = {
  readonly site: Site;
  readonly details: MessageDetails;
  /** The filter of the list it was opened from. */
  readonly q: string;
  readonly now: number;
  /** The page's origin as its reader sees it. */
  readonly origin: string;
};

/** One message: what happened to it, why, and everything that was posted about it. */
export function MessagePage(view: MessageView) {
  const { site, details, q } = view;
  const { message, position, events } = details;
  const reports = events.reduce(
    (sum, { repeats, confirmations }) => sum + repeats + confirmations.length,
    0,
  );
  const title = `${statusWord(message.status)}: ${shortened(message.to ?? message.messageSid)}`;
  return (
    <Layout
      site={site}
      title={title}
      section="messages"
      live={position}
      liveMessage={{ messageSid: message.messageSid, reports }}
      scripts={["messages.js"]}
    >
      <div
        hx-get={site.urls.message(message.messageSid, q)}
        hx-trigger="recorded from:#live throttle:2s"
        hx-include="#seen"
        hx-target="#message"
        hx-select="#message"
        hx-swap="outerMorph"
        hx-sync="this:drop"
        hx-indicator="#none"
      >
        <Message {...view} />
      </div>
    </Layout>
  );
}

/** Everything that changes if a callback for the message is recorded while its page is open. */
function Message({ site, details, q, now, origin }: MessageView) {
  const { urls } = site;
  const { message, events, others, position } = details;
  const story = storyOf(events);
  const verdict = verdictOnMessage(message, details.aboutRecipient);
  const isGone = details.goneAt !== undefined;
  return (
    <div id="message">
      <input id="seen" type="hidden" name="seen" value={position.text} />
      <Neighbors urls={urls} details={details} q={q} />
      <div class="message-head">
        <h1>
          <Address value={message.to} /> <Country code={message.country} />
        </h1>
        <Status status={message.status} />
        <MadeUp messageSid={message.messageSid} />
      </div>
      <p class="sid">
        <code id="sid" safe>
          {message.messageSid}
        </code>{" "}
        <button type="button" class="copy-button" data-copy="#sid">
          Copy
        </button>
      </p>
      <div class="message">
        <div class="message-main">
          <SupportCard
            words={supportWords(message, { events, verdict, isGone }, now)}
            link={urls.absolute(urls.message(message.messageSid), origin)}
          >
            For support
          </SupportCard>
          {details.goneAt === undefined ? (
            ""
          ) : (
            <p class="said warns">
              Twilio was asked <Ago at={details.goneAt} now={now} /> and no
              longer has this message, so its status won’t change.
            </p>
          )}
          {message.errorCode === null ? (
            ""
          ) : (
            <ErrorExplained
              urls={urls}
              code={message.errorCode}
              verdict={verdict}
            />
          )}
          <Timeline story={story} />
        </div>
        <div class="message-side">
          <MessageFacts
            site={site}
            message={message}
            price={details.price}
            events={events}
            carrier={details.carrier}
            now={now}
          />
          <RecipientMessages
            site={site}
            message={message}
            others={others}
            now={now}
          />
        </div>
      </div>
    </div>
  );
}

/** Links back to the list, and to the messages before and after this one. */
function Neighbors({
  urls,
  details: { newer, older },
  q,
}: {
  readonly urls: Urls;
  readonly details: MessageDetails;
  readonly q: string;
}) {
  return (
    <nav class="crumbs" aria-label="Back to the list, newer and older">
      <a href={urls.messages({ q })}>
        ← Messages
        {q === "" ? (
          ""
        ) : (
          <>
            {": "}
            <bdi safe>{shortened(q, 60)}</bdi>
          </>
        )}
      </a>
      <span class="neighbors">
        {newer === undefined ? (
          ""
        ) : (
          <a
            rel="prev"
            href={urls.message(newer.messageSid, q)}
            aria-keyshortcuts="["
            title="Next newer message ([)"
          >
            ↑ Newer
          </a>
        )}
        {older === undefined ? (
          ""
        ) : (
          <a
            rel="next"
            href={urls.message(older.messageSid, q)}
            aria-keyshortcuts="]"
            title="Next older message (])"
          >
            ↓ Older
          </a>
        )}
      </span>
    </nav>
  );
}
