import { nearest } from "../words/nearest.ts";

/** The names of the filter language in display order, each with a short explanation. */
export const FILTER_NAMES = {
  status: "its status",
  code: "Twilio’s error code",
  to: "the recipient’s number",
  from: "the sender",
  country: "the recipient’s country",
  channel: "SMS, WhatsApp, RCS or Messenger",
  source: "who reported its status",
  after: "first seen since",
  before: "first seen before",
  tag: "from the callback URL",
  sid: "the message’s SID",
  service: "the messaging service",
  account: "the Twilio account",
} as const;

export type FilterName = keyof typeof FILTER_NAMES;

export function isFilterName(text: string): text is FilterName {
  return Object.hasOwn(FILTER_NAMES, text);
}

/** Names that people know from other products, and ours for the same. */
const OTHER_NAMES: Readonly<Record<string, FilterName>> = {
  state: "status",
  error: "code",
  errorcode: "code",
  error_code: "code",
  recipient: "to",
  number: "to",
  phone: "to",
  sender: "from",
  region: "country",
  type: "channel",
  since: "after",
  until: "before",
  campaign: "tag",
  message: "sid",
  messagesid: "sid",
  messagingservice: "service",
  servicesid: "service",
  accountsid: "account",
};

/** Returns the name that an unknown name probably means. */
export function meantName(typed: string): FilterName | undefined {
  const other = Object.hasOwn(OTHER_NAMES, typed)
    ? OTHER_NAMES[typed]
    : undefined;
  if (other !== undefined) return other;
  return nearest(typed, Object.keys(FILTER_NAMES).filter(isFilterName));
}
