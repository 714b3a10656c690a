import { BY_CALLBACK } from "../store/event-sources.ts";
import type { Store } from "../store/store.ts";
import { parseCallback } from "../twilio/callback.ts";
import { recordedStatus } from "../twilio/status.ts";
import type { TimedCallback } from "./history.ts";

/** The maximum events that wait for the store. */
const STEP_EVENTS = 2_000;

/**
 * Records callbacks as if each had been received at its time, in the given order. Ends
 * early if the signal is aborted.
 */
export async function recordHistory(
  store: Pick<Store, "recordEvent">,
  callbacks: readonly TimedCallback[],
  signal: AbortSignal,
): Promise<void> {
  for (
    let start = 0;
    start < callbacks.length && !signal.aborted;
    start += STEP_EVENTS
  ) {
    const step = callbacks.slice(start, start + STEP_EVENTS);
    await Promise.all(step.map((each) => record(store, each)));
  }
}

async function record(
  store: Pick<Store, "recordEvent">,
  { route, params, query, at }: TimedCallback,
): Promise<void> {
  const callback = parseCallback(route, params);
  if ("fault" in callback) throw new Error(callback.fault);
  const { messageStatus, ...fields } = callback;
  const status = recordedStatus(fields.channel, messageStatus);
  if (status === undefined) return;
  await store.recordEvent({
    ...BY_CALLBACK,
    ...fields,
    status,
    receivedAt: at,
    query,
  });
}
