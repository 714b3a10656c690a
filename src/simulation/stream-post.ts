import { createHash } from "node:crypto";
import { parseForm, type FormParams } from "../twilio/form.ts";

/** What a status callback posts, and the query of its URL. */
type Callback = { readonly params: FormParams; readonly query: string };

/** The names that Event Streams have for a callback's parameters. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["MessageSid", "messageSid"],
  ["AccountSid", "accountSid"],
  ["From", "from"],
  ["To", "to"],
  ["MessageStatus", "messageStatus"],
  ["MessagingServiceSid", "messagingServiceSid"],
  ["ErrorCode", "errorCode"],
  ["RawDlrDoneDate", "rawDlrDoneDate"],
  ["ApiVersion", "apiVersion"],
]);

/** What Event Streams post of a callback's event: its body, and the query that is signed with it. */
export function streamPost({ params, query }: Callback, at: number) {
  const said = new Map(params);
  const word = said.get("MessageStatus") ?? "";
  const type = `com.twilio.messaging.message.${word}`;
  const time = new Date(at).toISOString();
  const renamed = [...said].flatMap(([name, value]) => {
    const known = NAMES.get(name);
    return known === undefined ? [] : [[known, value]];
  });
  const data = {
    ...Object.fromEntries(renamed),
    messageStatus: word.toUpperCase(),
    timestamp: time,
    eventName: type,
    numberOfSegments: 1,
    tags: Object.fromEntries(parseForm(query).params),
  };
  const event = {
    specversion: "1.0",
    type,
    source: "/2010-04-01/Accounts/Messages",
    id: `EZ${crypto.randomUUID().replaceAll("-", "")}`,
    dataschema: "https://events-schemas.twilio.com/Messaging.MessageStatus/8",
    datacontenttype: "application/json",
    time,
    data,
  };
  const body = JSON.stringify([event]);
  const hash = createHash("sha256").update(body).digest("hex");
  return { body, query: `bodySHA256=${hash}` };
}
