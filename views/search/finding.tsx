import { addressText, filterText } from "../../src/messages/filter-language.ts";
import type { Finding, Gap, Group } from "../../src/search/found.ts";
import { RECENT_SEARCHED } from "../../src/store/store.ts";
import { countWords } from "../../src/words/amounts.ts";
import { MadeUp } from "../messages/made-up.tsx";
import { Status } from "../parts/status.tsx";
import { Ago } from "../parts/time.tsx";
import {
  Address,
  Country,
  ErrorCode,
  shortened,
  Tag,
} from "../parts/values.tsx";
import type { Site } from "../site.ts";

/** Characters of a tag or filter that a finding shows. */
const SHOWN_MAX = 60;

const KIND_WORDS: Record<Group["kind"], string> = {
  number: "Numbers",
  message: "Messages",
  tag: "Tags",
  sender: "Senders",
  account: "Accounts",
  service: "Messaging services",
  code: "Error codes",
  view: "Saved views",
  page: "Pages and actions",
  filter: "Filter",
};

export function kindWords({ kind }: Group): string {
  return KIND_WORDS[kind];
}

const GAP_WORDS: Record<Gap, string> = {
  "middle-digits": `Digits in the middle of a number are only searched for in the latest ${countWords(RECENT_SEARCHED)} messages.`,
  "whole-numbers":
    "Numbers are masked, so a number is only found by all of its digits.",
  "old-messages": "This search hit its limit. Older messages may match.",
};

export function gapWords(gap: Gap): string {
  return GAP_WORDS[gap];
}

/** Where a finding leads. */
export function linkOf(
  finding: Finding,
  { urls, masksNumbers }: Pick<Site, "urls" | "masksNumbers">,
): string {
  switch (finding.kind) {
    case "number": {
      const { to, recipientId } = finding.message;
      return urls.number(addressText(to ?? "", recipientId, masksNumbers));
    }
    case "message":
      return urls.message(finding.message.messageSid);
    case "tag":
      return urls.messages({ q: filterText([["tag", finding.tag]]) });
    case "sender":
      return urls.messages({ q: filterText([["from", finding.address]]) });
    case "account":
    case "service":
      return urls.messages({ q: filterText([[finding.kind, finding.sid]]) });
    case "code":
      return urls.error(finding.info.code);
    case "view":
      return urls.messages({ q: finding.view.filter });
    case "page":
      return urls.page(finding.page.path);
    case "filter":
      return urls.messages({ q: finding.q });
  }
}

/** A finding in a line: what it is, and what helps to tell it from others. */
export function FindingLine({
  finding,
  now,
}: {
  readonly finding: Finding;
  readonly now: number;
}) {
  switch (finding.kind) {
    case "number":
    case "message":
      return <MessageLine finding={finding} now={now} />;
    case "code":
      return <ErrorCode code={finding.info.code} />;
    case "view":
      return (
        <>
          <span class="find-main">
            <bdi safe>{finding.view.name}</bdi>
          </span>{" "}
          <bdi class="mono find-words" safe>
            {shortened(finding.view.filter, SHOWN_MAX)}
          </bdi>
        </>
      );
    case "page":
      return (
        <span class="find-main" safe>
          {finding.page.title}
        </span>
      );
    case "tag":
      return <TagLine tag={finding.tag} />;
    case "sender":
      return (
        <>
          <span class="find-main">
            <Address value={finding.address} />
          </span>{" "}
          <span class="find-words">messages from this sender</span>
        </>
      );
    case "account":
    case "service":
      return (
        <span class="mono" safe>
          {finding.sid}
        </span>
      );
    case "filter":
      return (
        <>
          <span class="find-main">All messages with</span>{" "}
          <bdi class="mono" safe>
            {shortened(finding.q, SHOWN_MAX)}
          </bdi>
        </>
      );
  }
}

/** A message, or a number by the latest message to it. */
function MessageLine({
  finding: { kind, message },
  now,
}: {
  readonly finding: Extract<Finding, { readonly message: unknown }>;
  readonly now: number;
}) {
  const { messageSid, to, country, status, errorCode } = message;
  const isNumber = kind === "number";
  return (
    <>
      <span class="find-main">
        <Address value={to} /> <Country code={country} />
      </span>{" "}
      <Status status={status} /> <ErrorCode code={errorCode} />{" "}
      {isNumber ? (
        ""
      ) : (
        <>
          <MadeUp messageSid={messageSid} />{" "}
          <span class="mono find-sid" safe>
            {`${messageSid.slice(0, 10)}…`}
          </span>
        </>
      )}{" "}
      <Ago
        at={isNumber ? message.lastEventAt : message.firstEventAt}
        now={now}
      />
    </>
  );
}

function TagLine({ tag }: { readonly tag: string }) {
  const at = tag.indexOf("=");
  return (
    <>
      <span class="find-main">
        <Tag
          name={tag.slice(0, at)}
          value={tag.slice(at + 1)}
          length={SHOWN_MAX}
        />
      </span>{" "}
      <span class="find-words">messages with this tag</span>
    </>
  );
}
