/** What became of a notice: it arrived, waits for its next attempt, or was given up. */
export type NoticeOutcome = "arrived" | "waiting" | "failed";

/** A notice of an alert, and whether it arrived. */
export type NoticeSent = {
  readonly kind: string;
  /** The channel's name; undefined once it was removed. */
  readonly channel: string | undefined;
  readonly channelId: number;
  readonly at: number;
  readonly outcome: NoticeOutcome;
  /** Why the latest attempt failed, as a sentence; undefined if none did. */
  readonly reason: string | undefined;
  /** When it's attempted next; null if it isn't. */
  readonly nextAt: number | null;
};
