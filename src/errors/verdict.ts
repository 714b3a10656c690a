import { type MessageRow, RECENT_MESSAGES } from "../store/store.ts";
import type {
  Suppression,
  SuppressionCodes,
  SuppressionReason,
} from "../store/suppressions.ts";
import {
  explainErrorCode,
  firstAdvice,
  knownErrorCodes,
  type Explanation,
} from "../twilio/error-codes/error-codes.ts";
import { isFailure } from "../twilio/status.ts";

/*
 * What to do about a failed message, an error code, or a number. Every page, the API,
 * and the exports use this, so that all of them say the same.
 */

export const VERDICTS = ["send-again", "fix-first", "do-not-send"] as const;
export type VerdictKind = (typeof VERDICTS)[number];

export type Verdict = {
  /** Undefined if there's nothing to decide: the message was delivered or is in flight. */
  readonly kind: VerdictKind | undefined;
  /** The verdict in a few words. */
  readonly label: string;
  /** What to do, in whole sentences. */
  readonly whatToDo: string;
  /** The first sentence, which makes sense by itself. */
  readonly firstStep: string;
};

/** The latest messages to a recipient, at most `RECENT_MESSAGES`. */
export type Recent = {
  readonly messages: number;
  readonly failures: number;
  /** The latest failure's code. */
  readonly lastErrorCode: number | null;
};

/** What is known about the recipient of a message. */
export type AboutRecipient = {
  readonly recent: Recent;
  /** Its entry on the list for the message's channel. */
  readonly listed: Listed | null;
  /** Whether a later message on this channel was delivered. */
  readonly isDeliveredSince: boolean;
};

export const VERDICT_LABELS: Record<VerdictKind, string> = {
  "send-again": "Retry",
  "fix-first": "Fix first",
  "do-not-send": "Don’t retry",
};

/** Recipient errors that a change to the message fixes: entering the number, or leaving out the media. */
const FIXABLE = new Set([21604, 30011]);
/** Codes of recipients who opted out, or block what is sent. They can come back. */
const UNSUBSCRIBED = new Set([21610, 30630, 63014, 63033, 63050]);
/** Codes of numbers that don't exist, or that no text message can be sent to. */
const NO_MOBILE_NUMBER = new Set([
  21211, 21265, 21268, 21614, 21635, 30005, 30006,
]);
/** Codes of numbers that this channel can't reach. */
const NOT_ON_CHANNEL = new Set([63003, 63024, 63036]);

/** A number's entry on the "do not send" list, as far as it decides what to do. */
export type Listed = Pick<Suppression, "reason" | "errorCode">;

/** Returns what to do about messages that fail with a code, or without one. */
export function verdictOnCode(errorCode: number | null): Verdict {
  if (errorCode === null)
    return verdict(
      "send-again",
      "Retry once",
      "Twilio gave no error code: retry once, then ask the recipient.",
    );
  const { explanation } = explainErrorCode(errorCode);
  if (explanation === undefined)
    return verdict(
      "fix-first",
      "Check first",
      "Read Twilio’s page about this code before you retry.",
    );
  const kind = kindOf(errorCode, explanation);
  return verdict(kind, labelOf(errorCode, kind, explanation), explanation);
}

/**
 * Returns what to do about a number, given its entry on the "do not send" list; undefined
 * while it has none and none of the latest messages to it failed. Only numbers on the list
 * have the verdict "do-not-send".
 */
export function verdictOnNumber(
  recent: Recent,
  listed: Listed | null,
): Verdict | undefined {
  if (listed !== null)
    return listed.reason === "keeps-failing"
      ? streakVerdict(recent)
      : verdictOnCode(listed.errorCode);
  if (recent.failures === 0) return undefined;
  const ofCode = verdictOnCode(recent.lastErrorCode);
  return ofCode.kind === "do-not-send" ? OFF_THE_LIST : ofCode;
}

/** Returns what to do about a message, given its status and what is known about its recipient. */
export function verdictOnMessage(
  { status, errorCode }: Pick<MessageRow, "status" | "errorCode">,
  { recent, listed, isDeliveredSince }: AboutRecipient,
): Verdict {
  if (isDelivered(status))
    return verdict(
      undefined,
      "Nothing to do",
      "This message was delivered. The error doesn’t change that.",
    );
  if (!isFailure(status))
    return verdict(
      undefined,
      "Wait",
      "This message is in flight: it may still be delivered.",
    );
  const ofCode = verdictOnCode(errorCode);
  // What is known about the number by now also applies to its earlier messages.
  if (ofCode.kind === "send-again" && listed !== null)
    return verdictOnNumber(recent, listed) ?? ofCode;
  return ofCode.kind === "do-not-send" && listed === null && isDeliveredSince
    ? OFF_THE_LIST
    : ofCode;
}

/** Summarizes the latest messages to a recipient, given newest first. */
export function recentOf(
  messages: readonly Pick<MessageRow, "status" | "errorCode">[],
): Recent {
  const latest = messages.slice(0, RECENT_MESSAGES);
  const failed = latest.filter(({ status }) => isFailure(status));
  return {
    messages: latest.length,
    failures: failed.length,
    lastErrorCode: failed[0]?.errorCode ?? null,
  };
}

/** Summarizes what is known about a message's recipient, given the latest messages to it and its entries. */
export function aboutRecipient(
  { id, channel }: Pick<MessageRow, "id" | "channel">,
  latest: readonly Pick<
    MessageRow,
    "id" | "channel" | "status" | "errorCode"
  >[],
  entries: readonly (Listed & Pick<Suppression, "channel">)[],
): AboutRecipient {
  return {
    recent: recentOf(latest),
    listed: entries.find((each) => each.channel === channel) ?? null,
    isDeliveredSince: latest.some(
      (other) =>
        other.id > id && other.channel === channel && isDelivered(other.status),
    ),
  };
}

/** Returns every known code with this verdict. */
export function codesWith(kind: VerdictKind): readonly number[] {
  codesByVerdict ??= Map.groupBy(
    knownErrorCodes(),
    (code) => verdictOnCode(code).kind ?? "fix-first",
  );
  return codesByVerdict.get(kind) ?? [];
}

let codesByVerdict: ReadonlyMap<VerdictKind, readonly number[]> | undefined;

/** What a number failed with doesn't count any more. */
const OFF_THE_LIST = verdict(
  "send-again",
  "Retry: not on the list",
  "You can send to this number: a later message was delivered, or somebody took it off the Do not send list.",
);

/** Returns the codes that put numbers on the "do not send" list, as the store needs them. */
export function suppressionCodes(): SuppressionCodes {
  const { gone, optedOut, blocked } = Object.groupBy(
    codesWith("do-not-send"),
    (code) => SUPPRESSION_KEYS[reasonOfCode(code)],
  );
  return {
    gone: gone ?? [],
    optedOut: optedOut ?? [],
    blocked: blocked ?? [],
    sendAgain: codesWith("send-again"),
  };
}

function isDelivered(status: MessageRow["status"]): boolean {
  return status === "delivered" || status === "read";
}

export type CodeReason = Exclude<SuppressionReason, "keeps-failing">;

const SUPPRESSION_KEYS = {
  gone: "gone",
  "opted-out": "optedOut",
  blocked: "blocked",
} as const satisfies Record<CodeReason, string>;

/** The reason that a code with the verdict "do-not-send" is for the list. */
export function reasonOfCode(code: number): CodeReason {
  if (UNSUBSCRIBED.has(code)) return "opted-out";
  return NO_MOBILE_NUMBER.has(code) || NOT_ON_CHANNEL.has(code)
    ? "gone"
    : "blocked";
}

function streakVerdict({ failures, messages }: Recent): Verdict {
  return verdict(
    "do-not-send",
    "Don’t retry: keeps failing",
    `Ask the recipient another way whether this number is right. ${failures} of the latest ${messages} messages to it failed, so another try is unlikely to help.`,
  );
}

function kindOf(
  code: number,
  { matter, retry }: Pick<Explanation, "matter" | "retry">,
): VerdictKind {
  if (retry !== "no") return "send-again";
  return matter === "recipient" && !FIXABLE.has(code)
    ? "do-not-send"
    : "fix-first";
}

function labelOf(
  code: number,
  kind: VerdictKind,
  { retry }: Explanation,
): string {
  if (kind === "send-again")
    return retry === "later" ? "Retry later" : "Retry once";
  if (kind === "fix-first") return VERDICT_LABELS[kind];
  if (UNSUBSCRIBED.has(code)) return "Don’t retry: unsubscribed";
  return NO_MOBILE_NUMBER.has(code)
    ? "Don’t retry: no mobile number"
    : VERDICT_LABELS[kind];
}

function verdict(
  kind: VerdictKind | undefined,
  label: string,
  words: string | Explanation,
): Verdict {
  const whatToDo = typeof words === "string" ? words : words.whatToDo;
  return { kind, label, whatToDo, firstStep: firstAdvice({ whatToDo }) };
}
