import type { Engine, ReadingOptions } from "../../src/store/engine.ts";
import type { NewEvent } from "../../src/store/store.ts";
import type { Stores } from "../../src/store/stores.ts";
import { parseCallback } from "../../src/twilio/callback.ts";
import type { FormParams } from "../../src/twilio/form.ts";
import { recordedStatus, type RouteChannel } from "../../src/twilio/status.ts";
import { callbackParams } from "../support/twilio-client.ts";

/** A database of some engine, which is gone when this is disposed of. */
export type TestDatabase = AsyncDisposable & { readonly engine: Engine };

/** An empty store, opened as a server opens it. */
export type OpenStore = (options?: ReadingOptions) => Promise<
  TestDatabase & {
    readonly store: Stores;
    /** One of the same engine that isn't there yet. */
    readonly anotherDatabase: () => Promise<TestDatabase>;
  }
>;

export type Circumstances = {
  /** Of the route. */
  readonly channel?: RouteChannel;
  readonly receivedAt?: number;
  readonly query?: string;
};

const RECEIVED_AT = Date.UTC(2026, 10, 23, 12, 30, 1, 234);

/** The event of a callback with what Twilio always posts around `params`. */
export function eventOf(
  params: Record<string, string>,
  circumstances: Circumstances = {},
): NewEvent {
  return eventOfForm(Object.entries(callbackParams(params)), circumstances);
}

/** The event of a callback with just these parameters, read as the receiver reads it. */
export function eventOfForm(
  params: FormParams,
  { channel = "sms", receivedAt = RECEIVED_AT, query = "" }: Circumstances = {},
): NewEvent {
  const callback = parseCallback(channel, params);
  if ("fault" in callback) throw new Error(callback.fault);
  const { messageStatus, ...fields } = callback;
  const status = recordedStatus(fields.channel, messageStatus);
  if (status === undefined) throw new Error("This status is not recorded.");
  return { ...fields, status, receivedAt, query };
}
