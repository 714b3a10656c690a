import type { ChangeKind, SuppressionReason } from "../store/suppressions.ts";

/** Each reason in words: short, for lists and tabs, and as a sentence. */
export const REASON_WORDS: Record<
  SuppressionReason,
  { readonly label: string; readonly sentence: string }
> = {
  gone: {
    label: "Gone",
    sentence: "Nothing can be delivered to this number on this channel.",
  },
  "opted-out": {
    label: "Opted out",
    sentence:
      "The recipient unsubscribed or blocks your messages. They can come back, for example by texting START.",
  },
  blocked: {
    label: "Blocked",
    sentence: "The recipient’s network or phone refuses your messages.",
  },
  "keeps-failing": {
    label: "Keeps failing",
    sentence: "Most of the latest messages to this number failed.",
  },
};

/** What a change did, to follow a time: `3 days ago: …`. */
export const CHANGE_WORDS: Record<ChangeKind, string> = {
  added: "Added to the list",
  delivered: "Off the list: a later message was delivered",
  removed: "Removed from the list",
  expired: "Off the list: the failed message is no longer in the ledger",
};
