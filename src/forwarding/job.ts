import type { AttemptKind, Item } from "../store/outbox.ts";
import type { EventWithMessage } from "../store/store.ts";
import type { SuppressionChange } from "../store/suppressions.ts";
import { payloadOf, payloadOfChange } from "./payload.ts";
import { post, type Destination, type Poster } from "./post.ts";
import type { Outcome } from "./target.ts";

/** Something to send to a target: one event, or the notices that wait for a channel. */
export type Job = {
  readonly kind: AttemptKind;
  readonly type: string;
  /** What it delivers, each with how many attempts have failed. */
  readonly items: readonly Sent[];
  /** Two jobs with the same one are never under way together. */
  readonly messageSid: string | undefined;
  readonly send: (signal: AbortSignal) => Promise<Outcome>;
};

export type Sent = { readonly item: Item; readonly attempts: number };

/** Whether a message has a job under way. */
export type IsBusy = (messageSid: string | undefined) => boolean;

/** Where a lane gets its jobs. */
export interface Source {
  /** A job that can be started now. */
  next(isBusy: IsBusy): Job | undefined;
  /** It was sent. Returns whether its items may be written down as deliveries. */
  settled(job: Job, isDelivered: boolean): boolean;
  /** It wasn't sent after all. */
  returned(job: Job): void;
}

export function itemKey({ feed, id }: Item): string {
  return `${feed}:${id}`;
}

/** Sends events to one endpoint. */
export type EventSender = Omit<Poster, "signal"> & {
  readonly destination: () => Destination;
};

export function eventJob(
  kind: AttemptKind,
  matched: EventWithMessage,
  attempts: number,
  { outbound, now, destination }: EventSender,
): Job {
  const { id, messageSid } = matched.event;
  const payload = payloadOf(matched);
  return {
    kind,
    type: payload.type,
    items: [{ item: { feed: "events", id }, attempts }],
    messageSid,
    send: (signal) => post({ outbound, now, signal }, destination(), payload),
  };
}

/** A change of the "do not send" list; two of one number are never under way together. */
export function changeJob(
  kind: AttemptKind,
  change: SuppressionChange,
  attempts: number,
  { outbound, now, destination }: EventSender,
): Job {
  const { id, recipientId } = change;
  const payload = payloadOfChange(change);
  return {
    kind,
    type: payload.type,
    items: [{ item: { feed: "suppressions", id }, attempts }],
    messageSid: `number:${recipientId}`,
    send: (signal) => post({ outbound, now, signal }, destination(), payload),
  };
}

/** Takes the first that can be started out of a queue; those of busy messages keep their places. */
export function takeFree<T>(
  queue: T[],
  messageSidOf: (queued: T) => string | undefined,
  isBusy: IsBusy,
): T | undefined {
  const skipped = new Set<string | undefined>();
  const index = queue.findIndex((queued) => {
    const sid = messageSidOf(queued);
    if (!isBusy(sid) && !skipped.has(sid)) return true;
    skipped.add(sid);
    return false;
  });
  return index < 0 ? undefined : queue.splice(index, 1)[0];
}
