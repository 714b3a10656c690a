import type { MessageRow } from "../../src/store/store.ts";
import { MadeUp } from "./made-up.tsx";
import { RecipientCell } from "./recipient-cell.tsx";
import type { Urls } from "../../src/site/urls.ts";
import { Status } from "../parts/status.tsx";
import { Ago } from "../parts/time.tsx";
import { channelWord } from "../../src/twilio/channel-words.ts";
import { Address, ErrorCode, Tag } from "../parts/values.tsx";

/** Tags of a message shown in the list; its own page shows all. */
const TAGS_SHOWN = 1;

/** One row for each message. On a narrow screen, some columns fold into others. */
export function MessagesTable({
  urls,
  messages,
  q,
  now,
}: {
  readonly urls: Urls;
  readonly messages: readonly MessageRow[];
  /** The list's filter, within which a message's page links to the next one. */
  readonly q?: string | undefined;
  readonly now: number;
}) {
  return (
    <table class="list messages">
      <thead>
        <tr>
          <th scope="col" class="col-status">
            Status
          </th>
          <th scope="col" class="col-to">
            To
          </th>
          <th scope="col" class="col-from">
            From
          </th>
          <th scope="col" class="col-error">
            Error
          </th>
          <th scope="col" class="col-channel">
            Channel
          </th>
          <th scope="col" class="col-tags">
            Tags
          </th>
          <th scope="col" class="col-first">
            First seen
          </th>
          <th scope="col" class="col-last">
            Last update
          </th>
        </tr>
      </thead>
      <tbody>
        {messages.map((message) => (
          <MessageTableRow urls={urls} message={message} q={q} now={now} />
        ))}
      </tbody>
    </table>
  );
}

export function MessageTableRow({
  urls,
  message,
  q,
  now,
  mark,
}: {
  readonly urls: Urls;
  readonly message: MessageRow;
  readonly q?: string | undefined;
  readonly now: number;
  /** Classes of a row that has just changed. */
  readonly mark?: string;
}) {
  const { errorCode } = message;
  const hidden = message.tags.length - TAGS_SHOWN;
  return (
    <tr id={`message-${message.id}`} class={mark}>
      <td class="col-status">
        <Status status={message.status} />
      </td>
      <td class="col-to">
        <RecipientCell {...{ urls, message, q }} hasError={true} />
      </td>
      <td class="col-from">
        <Address value={message.from} />
      </td>
      <td class="col-error">
        <MadeUp messageSid={message.messageSid} />{" "}
        <ErrorCode code={errorCode} />
      </td>
      <td class="col-channel" safe>
        {channelWord(message.channel)}
      </td>
      <td class="col-tags">
        {message.tags.slice(0, TAGS_SHOWN).map(([name, value]) => (
          <Tag name={name} value={value} length={32} />
        ))}
        {hidden > 0 ? <span class="more">+{hidden}</span> : ""}
      </td>
      <td class="col-first">
        <Ago at={message.firstEventAt} now={now} />
      </td>
      <td class="col-last">
        <Ago at={message.lastEventAt} now={now} />
      </td>
    </tr>
  );
}
