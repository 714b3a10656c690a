import {
  receivedWords,
  withoutCause,
  type CompletenessOfDays,
  type ReceivedOfDays,
} from "../../src/sources/completeness.ts";
import { dayAfter } from "../../src/sources/gmt-days.ts";
import {
  filterText,
  type FilterPair,
} from "../../src/messages/filter-language.ts";
import type { BackfillDay } from "../../src/store/twilio-reading.ts";
import { counted, countWords } from "../../src/words/amounts.ts";
import { isAdmin } from "../../src/account/viewer.ts";
import { Layout } from "../parts/layout.tsx";
import { ReadingFailure } from "../parts/reading-failure.tsx";
import { TwilioNav } from "../parts/twilio-nav.tsx";
import type { Site } from "../site.ts";

export type CompletenessView = {
  readonly site: Site;
  readonly known: CompletenessOfDays;
  /** The account that the key for Twilio's API reads; undefined without one. */
  readonly account: string | undefined;
  /** Other accounts that messages belong to. */
  readonly others: readonly string[];
  /** How many days are shown at most. */
  readonly days: number;
};

/** How many outcomes that Twilio has were received, and why others probably weren't. */
export function CompletenessPage({
  site,
  known: { days, sum, failure },
  account,
  others,
  days: shown,
}: CompletenessView) {
  return (
    <Layout site={site} title="Completeness" section="refusals">
      <TwilioNav urls={site.urls} current="completeness" />
      <div class="page-head">
        <div>
          <h1>Completeness</h1>
          <p class="lead">
            <Sum sum={sum} />
          </p>
        </div>
      </div>
      <p class="list-lead" safe>
        {`A message’s outcome counts as received if a callback or Event Streams reported it. Each day (GMT) is compared with Twilio’s own list an hour after its end, and days in which smsledger wasn’t running once more. The last ${shown} days are shown. A number leads to its messages as they are now, by when they were first seen: around midnight, that can be another day than Twilio’s.`}
      </p>
      <ReadingFailure failure={failure} />
      <Accounts {...{ site, account, others }} />
      {days.length === 0 ? (
        <Nothing hasKey={account !== undefined} />
      ) : (
        <DaysTable site={site} days={days} account={account} />
      )}
    </Layout>
  );
}

function Sum({ sum }: { readonly sum: ReceivedOfDays | undefined }) {
  if (sum === undefined) return <>No day was compared with Twilio yet.</>;
  return (
    <span safe>
      {`${receivedWords(sum)} of ${counted(sum.received + sum.missed, "outcome was", "outcomes were")} received, ${sum.from} to ${sum.to}; ${sum.missed === 0 ? "none was missed" : `${countWords(sum.missed)} ${sum.missed === 1 ? "was" : "were"} missed and read from Twilio`}.`}
    </span>
  );
}

function Accounts({
  site,
  account,
  others,
}: Pick<CompletenessView, "site" | "account" | "others">) {
  const [first, ...more] = others;
  if (account === undefined || first === undefined) return "";
  return (
    <p class="list-lead">
      <span safe>{`Only the account ${account} is compared. `}</span>
      Messages of other accounts, such as{" "}
      <a href={site.urls.messages({ q: `account:${first}` })} safe>
        {first}
      </a>
      {more.length === 0 ? "" : " and others"}, aren’t: a key for Twilio’s API
      reads its own account.
    </p>
  );
}

function Nothing({ hasKey }: { readonly hasKey: boolean }) {
  return (
    <div class="empty">
      <h2>{hasKey ? "Nothing yet" : "Not set up"}</h2>
      {hasKey ? (
        <p>
          The first day appears once it’s over and was read from Twilio.{" "}
          <code>smsledger backfill --from 2026-11-01</code> reads earlier ones.
        </p>
      ) : (
        <p>
          With a key for Twilio’s API, smsledger finds messages whose callbacks
          never came: set <code>TWILIO_API_KEY</code>,{" "}
          <code>TWILIO_API_SECRET</code> and <code>TWILIO_ACCOUNT_SID</code>.
        </p>
      )}
    </div>
  );
}

function DaysTable({
  site,
  days,
  account,
}: Pick<CompletenessView, "site" | "account"> & {
  readonly days: readonly BackfillDay[];
}) {
  return (
    <table class="list completeness">
      <thead>
        <tr>
          <th scope="col" class="col-day">
            Day
          </th>
          <th scope="col" class="col-amount">
            In Twilio
          </th>
          <th scope="col" class="col-amount">
            Callback
          </th>
          <th scope="col" class="col-amount col-wide">
            Stream
          </th>
          <th scope="col" class="col-amount col-wide">
            Both
          </th>
          <th scope="col" class="col-amount">
            Only Twilio
          </th>
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <>
            <Day day={day} lists={listsOf(site, day, account)} />
            <Details site={site} day={day} />
          </>
        ))}
      </tbody>
    </table>
  );
}

/** Links to the messages that a day's numbers count. */
type Lists = Readonly<
  Record<"byCallback" | "byStream" | "byBoth" | "byApi", string>
>;

function listsOf(
  { urls }: Site,
  { day }: BackfillDay,
  account: string | undefined,
): Lists {
  const to = (...sources: readonly FilterPair[]): string =>
    urls.messages({
      q: filterText([
        ...sources,
        ...(account === undefined ? [] : [["account", account] as const]),
        ["after", day],
        ["before", dayAfter(day)],
      ]),
    });
  return {
    byCallback: to(["source", "callback"], ["-source", "stream"]),
    byStream: to(["source", "stream"], ["-source", "callback"]),
    byBoth: to(["source", "callback"], ["source", "stream"]),
    byApi: to(["source", "api"]),
  };
}

function Outcomes({
  count,
  href,
}: {
  readonly count: number;
  readonly href: string;
}) {
  return count === 0 ? (
    "0"
  ) : (
    <a href={href} safe>
      {countWords(count)}
    </a>
  );
}

function Day({
  day,
  lists,
}: {
  readonly day: BackfillDay;
  readonly lists: Lists;
}) {
  return (
    <tr>
      <th scope="row" class="col-day">
        <time datetime={day.day} safe>
          {day.day}
        </time>
        {day.readAt === null ? (
          <span class="quiet"> {day.pages === 0 ? "waits" : "being read"}</span>
        ) : (
          ""
        )}
      </th>
      <td class="col-amount" safe>
        {countWords(day.messages)}
      </td>
      <td class="col-amount">
        <Outcomes count={day.byCallback} href={lists.byCallback} />
      </td>
      <td class="col-amount col-wide">
        <Outcomes count={day.byStream} href={lists.byStream} />
      </td>
      <td class="col-amount col-wide">
        <Outcomes count={day.byBoth} href={lists.byBoth} />
      </td>
      <td class="col-amount">
        <Outcomes count={day.byApi} href={lists.byApi} />
      </td>
    </tr>
  );
}

/** Why outcomes probably weren't received, and how many there aren't yet. */
function Details({
  site,
  day,
}: {
  readonly site: Site;
  readonly day: BackfillDay;
}) {
  const causes = causesOf(site, day);
  const undecided =
    day.messages - day.byCallback - day.byStream - day.byBoth - day.byApi;
  if (causes.length === 0 && undecided === 0) return "";
  return (
    <tr class="details">
      <td colspan={4}>
        {causes.length === 0 ? (
          ""
        ) : (
          <>
            Likely causes:{" "}
            <ul class="causes">
              {causes.map(({ count, words, href }) => (
                <li>
                  <b safe>{countWords(count)}</b>{" "}
                  {href === undefined ? (
                    <span safe>{words}</span>
                  ) : (
                    <a href={href} safe>
                      {words}
                    </a>
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
        {undecided === 0 ? (
          ""
        ) : (
          <span class="quiet" safe>
            {`${counted(undecided, "message has", "messages have")} no outcome: queued, scheduled or canceled.`}
          </span>
        )}
      </td>
      <td class="col-wide" colspan={2}></td>
    </tr>
  );
}

type CauseShown = {
  readonly count: number;
  readonly words: string;
  readonly href?: string;
};

function causesOf(
  { urls, viewer }: Site,
  day: BackfillDay,
): readonly CauseShown[] {
  const all: readonly CauseShown[] = [
    { count: day.missedAway, words: "no server was running" },
    {
      count: day.missedRefused,
      words: "callbacks were refused",
      href: urls.refusals({ kind: "fixable" }),
    },
    {
      count: day.missedNoUrl,
      words: "their service’s callbacks don’t come here",
      ...(isAdmin(viewer) && { href: urls.senders }),
    },
    {
      count: day.missedRejected,
      words: "Twilio didn’t accept the message, and posts no callback then",
    },
    { count: withoutCause(day), words: "unknown" },
  ];
  return all.filter(({ count }) => count > 0);
}
