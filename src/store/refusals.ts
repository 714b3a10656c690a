import type { By } from "./accounts.ts";
import { createHash } from "node:crypto";
import type { Diagnosis } from "./diagnosis.ts";
import type { FormParams } from "../twilio/form.ts";
import type { RouteChannel } from "../twilio/status.ts";

/** The checks that refuse callbacks, in the order they run; `signature-missing` and `signature` are one check. */
export const REFUSAL_CHECKS = [
  "address",
  "method",
  "content-type",
  "size",
  "auth-token-missing",
  "signature-missing",
  "signature",
  "fields",
  "account",
  "store",
] as const;
export type RefusalCheck = (typeof REFUSAL_CHECKS)[number];

/** The newest so many are kept, and those of so many days: whichever is less. */
export const REFUSALS_MAX = 10_000;
export const REFUSAL_DAYS = 30;
/** Equal refusals within this time from the first are one, with their number. */
export const REFUSALS_COUNTED_MS = 3_600_000;
/** New ones of strangers in that time; past it they are only counted, so that they do not push out the others. */
export const STRANGERS_MAX = 100;

/**
 * Whose a refused callback seems to be, by the account that it names: `known`, of one of
 * ours; `new`, of any, while none of ours has been heard of; `strange`, of another or of none.
 */
export type Standing = "known" | "new" | "strange";

/** What was sent, masked and cut. */
export type SentRequest = {
  readonly method: string;
  /** Those that help to understand what happened. */
  readonly headers: FormParams;
  readonly query: FormParams;
  /** The form's parameters; null when no form was read. */
  readonly params: FormParams | null;
  /** Null when the body was not read. */
  readonly bodyBytes: number | null;
  /** Whether something was left out for its length. */
  readonly isCut: boolean;
};

/** A refused callback. No number in it is whole, and nothing in it is of a token. */
export type Refusal = {
  readonly channel: RouteChannel;
  readonly check: RefusalCheck;
  readonly status: number;
  /** What it was answered, in words of ours. */
  readonly error: string;
  /** Where it came from: the address that a trusted proxy names, or the other end of the connection. */
  readonly address: string | null;
  /** The trusted proxy at the other end of the connection; null for none. */
  readonly proxy: string | null;
  /** The path that was called, without the query. */
  readonly path: string;
  /** The address that the signature was checked against, without its query; null when it was not. */
  readonly checkedUrl: string | null;
  /** The callback URL that belongs in Twilio, where another address was called. */
  readonly rightUrl?: string | null;
  /** What would have matched the signature; null when it was not looked at. */
  readonly diagnosis: Diagnosis | null;
  readonly standing: Standing;
  /** Whether it is for the team to mend something; others are noise. */
  readonly isMendable: boolean;
  /** As it came last. */
  readonly sent: SentRequest;
};

/** Equal refusals, as they are to be added. Times are milliseconds since 1970. */
export type NewRefusal = Refusal & {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly times: number;
};
export type RefusalRow = NewRefusal & { readonly id: number };

export type RefusalBatch = {
  readonly refusals: readonly NewRefusal[];
  /** So many more were not looked at. */
  readonly unlisted: number;
  readonly now: number;
};

/** Where a list goes on: behind this one. */
export type RefusalPlace = { readonly lastAt: number; readonly id: number };

export type RefusalPage = {
  readonly size: number;
  /** Only those that are mendable, or that are not. */
  readonly isMendable?: boolean | undefined;
  /** Only those last seen from then on. */
  readonly since: number;
  readonly behind?: RefusalPlace | undefined;
};

/** Keeps refused callbacks, `REFUSALS_MAX` of them for `REFUSAL_DAYS`. */
export interface RefusalStore {
  /** Adds them, counts up those that are there already, and drops what is too old or too many. */
  add(batch: RefusalBatch): Promise<void>;
  /** Last seen first. */
  list(page: RefusalPage): Promise<readonly RefusalRow[]>;
  byId(id: number): Promise<RefusalRow | undefined>;
  /** Of the mendable ones last seen after a time: when, and how often. */
  mendableAfter(
    time: number,
  ): Promise<readonly Pick<RefusalRow, "lastAt" | "times">[]>;
  /** How many from then on were not looked at, by the hour. */
  unlistedSince(time: number): Promise<number>;
  /** When the team last said that it has seen them; 0 before. */
  seenAt(): Promise<number>;
  /** Adds its entry to the audit list in the same transaction. */
  markSeen(by: By): Promise<void>;
}

/** The same for refusals that are equal: by their check, origin, path and diagnosis. */
export function refusalKey(refusal: Refusal): string {
  const { channel, check, error, address, path, diagnosis, standing } = refusal;
  const text = JSON.stringify([
    channel,
    check,
    error,
    address,
    path,
    diagnosis,
    standing,
  ]);
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
