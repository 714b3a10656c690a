import type { AlertChannel } from "../store/alert-channels.ts";
import type { Alert, AlertHistoryEntry } from "../store/alerts.ts";
import { channelTarget, type Attempt, type Delivery } from "../store/outbox.ts";
import type { Stores } from "../store/stores.ts";
import { failureWords } from "./channels/outcomes.ts";

/** What happened to a notice: it arrived, waits for its next attempt, or was given up. */
export type NoticeOutcome = "arrived" | "waiting" | "failed";

/** A notice of an alert, and whether it arrived. */
export type NoticeSent = {
  /** The entry of the alert's history that it's about. */
  readonly entryId: number;
  readonly channel: AlertChannel;
  /** When it arrived, or was last attempted; when it was put into the outbox if it wasn't yet. */
  readonly at: number;
  readonly outcome: NoticeOutcome;
  /** Why the latest attempt failed, in a sentence or two; undefined if none did. */
  readonly reason: string | undefined;
  /** When it's attempted next; null if it isn't. */
  readonly nextAt: number | null;
};

/** Attempts continue for three days; with what was held back in quiet hours, a day more. */
const ATTEMPTED_MS = 4 * 86_400_000;
/** Of one channel and alert. */
const READ_MAX = 500;

/** Reads which channels were notified of an alert, and whether the notices arrived. */
export async function noticesOf(
  { alertChannels, outbox }: Pick<Stores, "alertChannels" | "outbox">,
  { since, resolvedAt }: Alert,
  history: readonly AlertHistoryEntry[],
  now: number,
): Promise<readonly NoticeSent[]> {
  const between = { from: since, to: (resolvedAt ?? now) + ATTEMPTED_MS };
  const channels = await alertChannels.list();
  const ofChannels = await Promise.all(
    channels.map(async (channel) => {
      const target = channelTarget(channel.id);
      const page = { afterId: 0, size: READ_MAX };
      const [attempts, waiting, failed] = await Promise.all([
        outbox.attempts(target, { size: READ_MAX, between }),
        outbox.deliveries(target, { ...page, isFailed: false }),
        outbox.deliveries(target, { ...page, isFailed: true }),
      ]);
      return history.flatMap(
        ({ id }) =>
          noticeOf(channel, id, attempts, [...waiting, ...failed]) ?? [],
      );
    }),
  );
  return ofChannels.flat();
}

/** `attempts` are the newest first. */
function noticeOf(
  channel: AlertChannel,
  entryId: number,
  attempts: readonly Attempt[],
  deliveries: readonly Delivery[],
): NoticeSent | undefined {
  const isOfEntry = (item: Attempt["item"]): boolean =>
    item?.feed === "notices" && item.id === entryId;
  const latest = attempts.find(({ item }) => isOfEntry(item));
  const delivery = deliveries.find(({ item }) => isOfEntry(item));
  const reason =
    latest === undefined ? undefined : failureWords(channel.kind, latest);
  if (delivery !== undefined) {
    const { addedAt, nextAt } = delivery;
    const outcome = nextAt === null ? "failed" : "waiting";
    return {
      entryId,
      channel,
      at: latest?.at ?? addedAt,
      outcome,
      reason,
      nextAt,
    };
  }
  if (latest === undefined) return undefined;
  const outcome = latest.isSuccess ? "arrived" : "failed";
  return { entryId, channel, at: latest.at, outcome, reason, nextAt: null };
}
