/** Days since 1970 (GMT): from `from` up to, not including, `to`. */
export type DayRange = { readonly from: number; readonly to: number };

/** What costs can be split by. */
export type CostSplit = "day" | "country" | "sender" | "service" | "tag";

/** One country, sender (its whole address, or `~` and its id), service's SID, or tag. */
export type CostFilter =
  | { readonly by: "country" | "sender" | "service"; readonly value: string }
  | { readonly by: "tag"; readonly name: string; readonly value: string };

/** Which costs to read: of the messages that were sent in `range`, as Twilio says. */
export type CostRequest = {
  readonly range: DayRange;
  readonly by: CostSplit;
  /** By day, only messages with this. */
  readonly only?: CostFilter;
  /** By tag, only tags of this name. */
  readonly tagName?: string;
  /** Maximum groups, unless by day. */
  readonly limit: number;
};

/** What messages cost in one currency. */
export type Charges = {
  readonly currency: string;
  /** An exact decimal number, such as `12.345`; negative when Twilio gave back more than it charged. */
  readonly cost: string;
  readonly messages: number;
  readonly segments: number;
};

/** What is known of messages' costs. */
export type Costs = {
  /** Those whose price is known; the currency with the most messages first. */
  readonly charged: readonly Charges[];
  /** Messages that were read from Twilio, which stated no price for them. */
  readonly unpriced: number;
  /** Messages for which Twilio charges its fee for failed messages, which isn't in prices. */
  readonly withFee: number;
  /** Messages first seen in these days that weren't read from Twilio. Null by tag, where nothing counts them. */
  readonly unread: number | null;
};

export type CostGroup = Costs & {
  /** A day such as `2026-11-01`, a country, a sender, a service's SID; null for messages without one. */
  readonly key: string | null;
  /** Of a sender's address, for `from:~id`. */
  readonly id?: number;
  /** Instead of `key`, by tag. */
  readonly tag?: { readonly name: string; readonly value: string };
};

export type CostReport = {
  /** Of all messages; by day with a condition, of those that meet it. */
  readonly total: Costs;
  /** By day the newest first, otherwise what cost the most first. */
  readonly groups: readonly CostGroup[];
  /** What isn't in groups. Null by day and by tag, where groups don't add up to the total. */
  readonly others: Costs | null;
  /** Whether there are more groups than the limit. */
  readonly isCut: boolean;
};

/** What messages of a day with one key cost in one currency. */
export type CostLine = Pick<CostGroup, "key" | "id" | "tag"> & {
  /** Null for messages without a price, whose cost isn't known. */
  readonly charged: Pick<Charges, "currency" | "cost"> | null;
  readonly messages: number;
  readonly segments: number;
  readonly withFee: number;
  /** Messages with this key that were first seen on this day, and read from Twilio. */
  readonly seen: number;
};

/** Where the lines of a day continue. */
export type CostPlace = { readonly currency: string; readonly key: string };

export type CostLines = {
  readonly lines: readonly CostLine[];
  readonly next: CostPlace | undefined;
};

/** What messages cost. */
export interface CostStore {
  /** "too many" where that would read more than a page may. */
  report(request: CostRequest): Promise<CostReport | "too many">;
  /** What messages of a day cost by key, some lines at a time. */
  linesOf(
    day: number,
    by: Exclude<CostSplit, "day">,
    after?: CostPlace,
  ): Promise<CostLines>;
  /** Names of tags, in alphabetical order; `limit` at most. */
  tagNames(limit: number): Promise<readonly string[]>;
}
