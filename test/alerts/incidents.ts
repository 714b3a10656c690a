import type { StoredEvent } from "../../src/store/core/stored-event.ts";
import { statusRank } from "../../src/twilio/status.ts";

/** What goes wrong for some time. */
export type Incident = {
  readonly from: number;
  readonly until: number;
  /** Returns what arrives instead of an event; undefined for nothing. */
  readonly change: (event: StoredEvent) => StoredEvent | undefined;
};

const FINAL = new Set([statusRank("delivered"), statusRank("read")]);
const FAILED = new Set([statusRank("failed"), statusRank("undelivered")]);

/** Makes a share of the messages that match fail with this code instead of being delivered. */
export function failures(
  from: number,
  until: number,
  share: number,
  errorCode: number,
  matches: (event: StoredEvent) => boolean = () => true,
): Incident {
  return {
    from,
    until,
    change(event) {
      const isHit =
        FINAL.has(event.status) && matches(event) && shareOf(event) < share;
      if (!isHit) return event;
      return event.status === statusRank("read")
        ? undefined
        : { ...event, status: statusRank("undelivered"), errorCode };
    },
  };
}

/** Gives the failures of some time another code. */
export function otherCode(
  from: number,
  until: number,
  errorCode: number,
): Incident {
  return {
    from,
    until,
    change: (event) =>
      FAILED.has(event.status) ? { ...event, errorCode } : event,
  };
}

/** Nothing arrives. */
export function nothing(from: number, until: number): Incident {
  return { from, until, change: () => undefined };
}

/** Nothing but `sent` arrives. */
export function onlySent(from: number, until: number): Incident {
  return {
    from,
    until,
    change: (event) =>
      event.status === statusRank("sent") ? event : undefined,
  };
}

/** The same for all events of a message. */
function shareOf({ messageSid }: StoredEvent): number {
  return Number.parseInt(messageSid.slice(-6), 16) / 0x1000000;
}
