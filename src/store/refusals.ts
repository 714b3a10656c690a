import type { By } from "./accounts.ts";
import { createHash } from "node:crypto";
import type { Diagnosis } from "./diagnosis.ts";
import type { FormParams } from "../twilio/form.ts";
import type { Webhook } from "../twilio/webhook-paths.ts";

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

/** The newest are kept up to this number, and for this many days. */
export const REFUSALS_MAX = 10_000;
export const REFUSAL_DAYS = 30;
/** Equal refusals within this time from the first become one with a count. */
export const REFUSALS_COUNTED_MS = 3_600_000;
/** How many new ones of strangers are listed in that time; more are only counted, so they don't push out others. */
export const STRANGERS_MAX = 100;
/**
 * The same for those that only claim to be for one of the team's accounts, whose SID others
 * may know. Refusals that are proven to need action have no maximum.
 */
export const CLAIMS_MAX = 1_000;

/**
 * Whose a refused callback seems to be, by the account that it names: `known`, one of ours;
 * `new`, any account while none of ours has been seen; `strange`, another account or none.
 */
export type Standing = "known" | "new" | "strange";

/** What was sent, masked and cut. */
export type SentRequest = {
  readonly method: string;
  /** Only those that help to understand what happened. */
  readonly headers: FormParams;
  readonly query: FormParams;
  /** The form's parameters; null if no form was read. */
  readonly params: FormParams | null;
  /** Null when the body wasn't read. */
  readonly bodyBytes: number | null;
  /** Whether something was left out because of its length. */
  readonly isCut: boolean;
};

/** A refused callback. It contains no whole phone number and no part of a token. */
export type Refusal = {
  /** What it was posted to. */
  readonly channel: Webhook;
  readonly check: RefusalCheck;
  readonly status: number;
  /** The error in its response. */
  readonly error: string;
  /** The sender's IP address: as a trusted proxy names it, or the peer's. */
  readonly address: string | null;
  /** The trusted proxy that passed it on; null for none. */
  readonly proxy: string | null;
  /** The called path, without the query. */
  readonly path: string;
  /** The URL that the signature was checked against, without its query; null when it wasn't checked. */
  readonly checkedUrl: string | null;
  /** The callback URL that Twilio should have, when another address was called. */
  readonly rightUrl?: string | null;
  /** What would have matched the signature; null when it wasn't examined. */
  readonly diagnosis: Diagnosis | null;
  readonly standing: Standing;
  /** Whether the team can fix it; the others are noise. */
  readonly isFixable: boolean;
  /** The request; that of the latest of equal refusals. */
  readonly sent: SentRequest;
};

/** Equal refusals to add. Times are milliseconds since 1970. */
export type NewRefusal = Refusal & {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly times: number;
};
export type RefusalRow = NewRefusal & { readonly id: number };

export type RefusalBatch = {
  readonly refusals: readonly NewRefusal[];
  /** How many more were only counted. */
  readonly unlisted: number;
  readonly now: number;
};

/** Where the next page of a list begins: after this refusal. */
export type RefusalPlace = { readonly lastAt: number; readonly id: number };

export type RefusalPage = {
  readonly size: number;
  /** Only those that need action, or only the others. */
  readonly isFixable?: boolean | undefined;
  /** Only those last seen since then. */
  readonly since: number;
  readonly behind?: RefusalPlace | undefined;
};

/** Refused callbacks, up to `REFUSALS_MAX`, for `REFUSAL_DAYS`. */
export interface RefusalStore {
  /** Adds refusals, counts those that are known, and removes what's too old or too many. */
  add(batch: RefusalBatch): Promise<void>;
  /** Most recently seen first. */
  list(page: RefusalPage): Promise<readonly RefusalRow[]>;
  byId(id: number): Promise<RefusalRow | undefined>;
  /** When and how often those that need action were seen, if last seen after a time. */
  fixableAfter(
    time: number,
  ): Promise<readonly Pick<RefusalRow, "lastAt" | "times">[]>;
  /** How many since then were only counted and aren't listed, to the hour. */
  unlistedSince(time: number): Promise<number>;
  /** When the team last marked them as seen; 0 for never. */
  seenAt(): Promise<number>;
  /** Adds its entry to the audit list in the same transaction. */
  markSeen(by: By): Promise<void>;
}

/** Whether a refusal needs action for a reason that only Twilio or the team can have caused. */
export function isProven({ check, diagnosis }: Refusal): boolean {
  return (
    diagnosis?.outcome === "explained" ||
    check === "fields" ||
    check === "account" ||
    check === "store"
  );
}

/** Equal for equal refusals: same channel, check, error, sender, path, diagnosis and standing. */
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
