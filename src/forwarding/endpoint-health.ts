import { isFilterReadable } from "./wanted.ts";
import { FAILING_DAYS_MAX, type Endpoint } from "../store/endpoints.ts";

const DAY_MS = 24 * 3_600_000;

/**
 * How an endpoint is doing. `unreadable`: nothing is sent, because this version can't read its
 * filter; `slowed`: it asked to be left alone for a while; `failing`: every attempt since some
 * time failed.
 */
export type EndpointHealth =
  "active" | "unreadable" | "slowed" | "failing" | "paused" | "disabled";

export function healthOf(
  { state, filter, failingSince, heldUntil }: Endpoint,
  now: number,
): EndpointHealth {
  if (state !== "active") return state;
  if (!isFilterReadable(filter)) return "unreadable";
  if (failingSince !== undefined) return "failing";
  return heldUntil !== undefined && heldUntil > now ? "slowed" : "active";
}

/** When an endpoint that keeps failing is disabled. */
export function disabledAt(failingSince: number): number {
  return failingSince + FAILING_DAYS_MAX * DAY_MS;
}
