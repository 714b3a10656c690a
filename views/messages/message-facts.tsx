import type { Children } from "@kitajs/html";
import { countryName } from "../../src/phone/country-names.ts";
import {
  addressText,
  filterText,
  parseFilter,
  type FilterPair,
} from "../../src/messages/filter-language.ts";
import { tagText } from "../../src/messages/filter-values.ts";
import type { EventRow, MessageRow } from "../../src/store/store.ts";
import type { Price } from "../../src/twilio/api-message.ts";
import type { Urls } from "../../src/site/urls.ts";
import type { Site } from "../site.ts";
import { When } from "../parts/time.tsx";
import { SOURCE_NAMES } from "../parts/sources.tsx";
import { channelWord } from "../../src/twilio/channel-words.ts";
import { shortened, Tag } from "../parts/values.tsx";

const VALUE_LENGTH = 120;

/** The facts about a message; each value links to the messages that share it. */
export function MessageFacts({
  site,
  message,
  price,
  events,
  carrier,
  now,
}: {
  readonly site: Site;
  readonly message: MessageRow;
  readonly price: Price | undefined;
  readonly events: readonly EventRow[];
  /** Its name, where it's known. */
  readonly carrier: string | undefined;
  readonly now: number;
}) {
  const { urls } = site;
  return (
    <aside class="facts" aria-label="About this message">
      <h2>About this message</h2>
      <dl>
        <Addresses site={site} message={message} />
        <dt>Channel</dt>
        <dd>
          <Value
            text={channelWord(message.channel)}
            href={filterHref(urls, ["channel", message.channel])}
          />
        </dd>
        <dt>First seen</dt>
        <dd>
          <When at={message.firstEventAt} now={now} />
        </dd>
        <dt>Last update</dt>
        <dd>
          <When at={message.lastEventAt} now={now} />
        </dd>
        <Carrier message={message} name={carrier} />
        <CarrierReceipt events={events} />
        <dt>Segments</dt>
        <dd>{message.numSegments ?? <NotTold />}</dd>
        <Cost price={price} isRead={message.sources.includes("api")} />
        <Owner urls={urls} message={message} />
        <Sources message={message} />
        <Tags urls={urls} tags={message.tags} />
      </dl>
      <p class="facts-links">
        <a href={consoleUrl(message)} target="_blank" rel="noopener noreferrer">
          Open in the Twilio Console ↗
        </a>
      </p>
    </aside>
  );
}

/** What Twilio charged, or that it isn't known yet; nothing where Twilio isn't asked. */
function Cost({
  price,
  isRead,
}: {
  readonly price: Price | undefined;
  readonly isRead: boolean;
}) {
  if (price === undefined && !isRead) return "";
  return (
    <>
      <dt>Price</dt>
      <dd>
        {price === undefined ? (
          <span class="none">not known yet</span>
        ) : (
          <span safe>{priceWords(price)}</span>
        )}
      </dd>
    </>
  );
}

/** Twilio writes a cost as a negative amount. */
function priceWords({ amount, currency }: Price): string {
  const plain = amount.replace(/^-/, "");
  const isCredit = plain === amount && /[1-9]/.test(amount);
  return `${isCredit ? "−" : ""}${plain} ${currency}`;
}

/** The recipient with its country, and the sender. */
function Addresses({
  site: { urls, masksNumbers },
  message: { to, from, country, recipientId, senderId },
}: {
  readonly site: Site;
  readonly message: MessageRow;
}) {
  return (
    <>
      <dt>To</dt>
      <dd>
        {to === null ? (
          <NotTold />
        ) : (
          <Value
            text={to}
            href={urls.number(addressText(to, recipientId, masksNumbers))}
          />
        )}
      </dd>
      {country === null ? (
        ""
      ) : (
        <>
          <dt>Country</dt>
          <dd>
            <Value
              text={countryName(country)}
              href={filterHref(urls, ["country", country])}
            />
          </dd>
        </>
      )}
      <dt>From</dt>
      <dd>
        {from === null ? (
          <NotTold />
        ) : (
          <Value
            text={from}
            href={filterHref(urls, [
              "from",
              addressText(from, senderId, masksNumbers),
            ])}
          />
        )}
      </dd>
    </>
  );
}

/** The messaging service and the account. */
function Owner({
  urls,
  message: { messagingServiceSid: service, accountSid },
}: {
  readonly urls: Urls;
  readonly message: MessageRow;
}) {
  return (
    <>
      <dt>Service</dt>
      <dd class="mono">
        {service === null ? (
          <NotTold />
        ) : (
          <Value text={service} href={filterHref(urls, ["service", service])} />
        )}
      </dd>
      <dt>Account</dt>
      <dd class="mono">
        {accountSid === null ? (
          <NotTold />
        ) : (
          <Value
            text={accountSid}
            href={filterHref(urls, ["account", accountSid])}
          />
        )}
      </dd>
    </>
  );
}

function Tags({
  urls,
  tags,
}: {
  readonly urls: Urls;
  readonly tags: MessageRow["tags"];
}) {
  return (
    <>
      <dt>Tags</dt>
      <dd class="tags">
        {tags.length === 0 ? <span class="none">none</span> : ""}
        {tags.map(([name, value]) => (
          <Linked href={filterHref(urls, ["tag", tagText(name, value)])}>
            <Tag name={name} value={value} length={VALUE_LENGTH} />
          </Linked>
        ))}
      </dd>
    </>
  );
}

/** By the codes that Event Streams give. */
function Carrier({
  message: { mcc, mnc },
  name,
}: {
  readonly message: MessageRow;
  readonly name: string | undefined;
}) {
  if (mcc === null || mnc === null) return "";
  return (
    <>
      <dt>Carrier</dt>
      <dd>
        {name === undefined ? "" : <span safe>{`${name} `}</span>}
        <span class="hint" safe>{`MCC ${mcc}, MNC ${mnc}`}</span>
      </dd>
    </>
  );
}

/** Who reported it, unless only callbacks did, as usual. */
function Sources({ message: { sources } }: { readonly message: MessageRow }) {
  if (sources.every((source) => source === "callback")) return "";
  return (
    <>
      <dt>Reported by</dt>
      <dd safe>{sources.map((source) => SOURCE_NAMES[source]).join(", ")}</dd>
    </>
  );
}

function NotTold() {
  return <span class="none">unknown</span>;
}

/** Shortened if it's very long: the timeline has all of it. */
function Value({
  text,
  href,
}: {
  readonly text: string;
  readonly href: string | undefined;
}) {
  return (
    <Linked href={href}>
      <bdi safe>{shortened(text, VALUE_LENGTH)}</bdi>
    </Linked>
  );
}

function Linked({
  href,
  children,
}: {
  readonly href: string | undefined;
  readonly children: Children;
}) {
  return href === undefined ? <>{children}</> : <a href={href}>{children}</a>;
}

/** Returns the link to the messages that share a value; undefined for a value that is masked or that no filter can name. */
function filterHref(urls: Urls, pair: FilterPair): string | undefined {
  const q = filterText([pair]);
  const isUnderstood =
    q !== "" && !q.includes("•") && parseFilter(q, 0).mistakes.length === 0;
  return isUnderstood ? urls.messages({ q }) : undefined;
}

/** When the carrier reported it done, as received: its time zone isn't known. */
function CarrierReceipt({ events }: { readonly events: readonly EventRow[] }) {
  const done = events.findLast((event) => event.rawDlrDoneDate !== null);
  if (done === undefined) return "";
  return (
    <>
      <dt>Carrier receipt</dt>
      <dd>
        <code class="mono" safe>
          {shortened(done.rawDlrDoneDate ?? "", VALUE_LENGTH)}
        </code>{" "}
        <span class="hint">
          year, month, day, hour, and minute on the carrier’s clock; its time
          zone isn’t given
        </span>
      </dd>
    </>
  );
}

function consoleUrl({ accountSid, messageSid }: MessageRow): string {
  const account =
    accountSid === null ? "" : `${encodeURIComponent(accountSid)}/`;
  return `https://www.twilio.com/console/sms/logs/${account}${messageSid}`;
}
