import type { MessageRow, Store } from "../store/store.ts";
import type { ErrorCodeInfo } from "../twilio/error-codes/error-codes.ts";
import type { SavedView } from "../store/views.ts";
import type { FindablePage } from "./pages.ts";

/** Something that was found. */
export type Finding =
  /** A recipient, by the latest message to it. */
  | { readonly kind: "number"; readonly message: MessageRow }
  | { readonly kind: "message"; readonly message: MessageRow }
  /** `name=value` */
  | { readonly kind: "tag"; readonly tag: string }
  | { readonly kind: "sender"; readonly address: string }
  | { readonly kind: "account" | "service"; readonly sid: string }
  | { readonly kind: "code"; readonly info: ErrorCodeInfo }
  | { readonly kind: "view"; readonly view: SavedView }
  | { readonly kind: "page"; readonly page: FindablePage }
  /** All messages that a filter matches. */
  | { readonly kind: "filter"; readonly q: string };

/** Findings of one kind, the likeliest first. */
export type Group = {
  readonly kind: Finding["kind"];
  readonly findings: readonly Finding[];
  /** Whether the first finding is exactly what was typed. */
  readonly isExact: boolean;
};

/** Why something that exists may be missing. */
export type Gap =
  /** Digits in the middle of a number were only searched for in recent messages. */
  | "middle-digits"
  /** Numbers are masked, so only whole ones are found. */
  | "whole-numbers"
  /** The search hit its limit before it reached the oldest messages. */
  | "old-messages";

export type Found = {
  readonly text: string;
  /** The likeliest first; none is empty. */
  readonly groups: readonly Group[];
  /** What the text names in full, if that's one thing: where Enter leads. */
  readonly direct: Finding | undefined;
  readonly gaps: readonly Gap[];
};

export type SearchStore = Pick<
  Store,
  "listMessages" | "messageBySid" | "suggest" | "recentNumbersWith"
>;

/** Findings of a kind at most. */
export const OF_A_KIND_MAX = 5;

export function groupOf(
  kind: Finding["kind"],
  findings: readonly Finding[],
  isExact = false,
): Group {
  return { kind, findings: findings.slice(0, OF_A_KIND_MAX), isExact };
}

/** The latest messages of a search, and a way to the others if there are more. */
export function messageGroup(
  messages: readonly MessageRow[],
  q: string,
  isExact = false,
): Group {
  const shown = messages
    .slice(0, OF_A_KIND_MAX)
    .map((message): Finding => ({ kind: "message", message }));
  const isMore = messages.length > shown.length;
  return {
    kind: "message",
    findings: isMore ? [...shown, { kind: "filter", q }] : shown,
    isExact,
  };
}
