import { MADE_UP_SID_START } from "../twilio/made-up-sid.ts";
import type { EventSource } from "./event-sources.ts";
import type { Channel, EventStatus } from "../twilio/status.ts";

/** Which messages a list shows: those that meet every condition. An empty filter matches every message. */
export type MessageFilter = readonly Condition[];

/** One condition; `negated` matches every other message instead. */
export type Condition = {
  readonly negated: boolean;
} & (
  | { readonly field: "status"; readonly values: readonly EventStatus[] }
  | { readonly field: "channel"; readonly values: readonly Channel[] }
  /**
   * Who reported the status that a message has: `callback` and `stream`, also where both did, and
   * `api` if only the Messages API did.
   */
  | { readonly field: "source"; readonly values: readonly EventSource[] }
  /** Twilio error codes. */
  | { readonly field: "code"; readonly values: readonly number[] }
  /** Recipient's countries, ISO 3166-1 alpha-2, upper case. */
  | { readonly field: "country"; readonly values: readonly string[] }
  /**
   * Recipients or senders. Each value is a whole address, which matches only that one; or
   * a number's beginning or its last digits, at least `LAST_DIGITS_MIN` of them; or the
   * beginning of a name or user id, in any case; or `~` and an address's id (a `recipientId`
   * or `senderId`).
   */
  | { readonly field: "to" | "from"; readonly values: readonly string[] }
  /** Message SIDs or their starts, with at least one hex digit. */
  | { readonly field: "sid"; readonly values: readonly string[] }
  /** Whole SIDs of accounts and messaging services. */
  | {
      readonly field: "account" | "service";
      readonly values: readonly string[];
    }
  /**
   * A pair of the callback URL's query, or any value of that name without `value`. A plus
   * sign also matches a space, which is how an unescaped plus sign in a query arrives.
   */
  | {
      readonly field: "tag";
      readonly name: string;
      readonly value: string | undefined;
    }
  /** First seen at `at` or later; before `at`. Milliseconds since 1970. */
  | { readonly field: "after" | "before"; readonly at: number }
  /** A bare word: anything that `sid` or `to` takes, or a name, which is also looked up in `from`. */
  | { readonly field: "word"; readonly text: string }
);

/** The made-up messages. */
export const MADE_UP_MESSAGES: MessageFilter = [
  { field: "sid", negated: false, values: [MADE_UP_SID_START] },
];

/** How many last digits a search for a number needs. */
export const LAST_DIGITS_MIN = 4;
