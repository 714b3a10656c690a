/** The names of the filter language, in the order in which pages list them, each in a few words. */
export const FILTER_NAMES = {
  status: "what became of it",
  code: "Twilio’s error code",
  to: "the recipient’s number",
  from: "the sender",
  country: "the recipient’s country",
  channel: "SMS, WhatsApp, RCS or Messenger",
  after: "first heard of since",
  before: "first heard of before",
  tag: "from the callback’s address",
  sid: "the message’s SID",
  service: "the messaging service",
  account: "the Twilio account",
} as const;

export type FilterName = keyof typeof FILTER_NAMES;

export function isFilterName(text: string): text is FilterName {
  return Object.hasOwn(FILTER_NAMES, text);
}

/** Names that people know from elsewhere, and ours for the same. */
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

/** The name that someone may have meant with one that there is not. */
export function meantName(typed: string): FilterName | undefined {
  const other = Object.hasOwn(OTHER_NAMES, typed)
    ? OTHER_NAMES[typed]
    : undefined;
  if (other !== undefined) return other;
  const names = Object.keys(FILTER_NAMES).filter(isFilterName);
  const near = names
    .map((name) => ({ name, edits: editsBetween(typed, name) }))
    .sort((a, b) => a.edits - b.edits)[0];
  const mayDiffer = typed.length > 4 ? 2 : 1;
  return near !== undefined && near.edits <= mayDiffer ? near.name : undefined;
}

/** Letters to add, take away, change or swap with their neighbour to make `a` into `b`, for short words. */
function editsBetween(a: string, b: string): number {
  if (a.length > 20) return a.length;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i]?.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (isSame ? 0 : 1),
          isSwap && j > 1 ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
