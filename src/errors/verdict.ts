import {
  KEEPS_FAILING_MIN,
  type MessageRow,
  RECENT_MESSAGES,
} from "../store/store.ts";
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

/** Returns what to do about a number; undefined while none of the latest messages to it failed. */
export function verdictOnNumber(recent: Recent): Verdict | undefined {
  if (recent.failures === 0) return undefined;
  const ofCode = verdictOnCode(recent.lastErrorCode);
  return ofCode.kind === "send-again" && keepsFailing(recent)
    ? streakVerdict(recent)
    : ofCode;
}

/** Returns what to do about a message, given its status and the latest messages to its recipient. */
export function verdictOnMessage(
  { status, errorCode }: Pick<MessageRow, "status" | "errorCode">,
  recent: Recent,
): Verdict {
  if (status === "delivered" || status === "read")
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
  const ofNumber = verdictOnNumber(recent);
  // The number's latest failures also apply to its earlier messages.
  return ofCode.kind === "send-again" && ofNumber?.kind === "do-not-send"
    ? ofNumber
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

/** Returns every known code with this verdict. */
export function codesWith(kind: VerdictKind): readonly number[] {
  codesByVerdict ??= Map.groupBy(
    knownErrorCodes(),
    (code) => verdictOnCode(code).kind ?? "fix-first",
  );
  return codesByVerdict.get(kind) ?? [];
}

let codesByVerdict: ReadonlyMap<VerdictKind, readonly number[]> | undefined;

/** Reports whether so many messages failed that another try is useless. The store's filter has the same rule. */
function keepsFailing({ messages, failures }: Recent): boolean {
  return failures >= KEEPS_FAILING_MIN && failures * 2 >= messages;
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
