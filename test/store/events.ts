import { BY_CALLBACK } from "../../src/store/event-sources.ts";
import type { Engine, ReadingOptions } from "../../src/store/engine.ts";
import type { NewEvent } from "../../src/store/store.ts";
import type { Stores } from "../../src/store/stores.ts";
import { parseCallback } from "../../src/twilio/callback.ts";
import type { FormParams } from "../../src/twilio/form.ts";
import { recordedStatus, type RouteChannel } from "../../src/twilio/status.ts";
import { callbackParams } from "../support/twilio-client.ts";

/** A database of one engine, which is deleted when this is disposed of. */
export type TestDatabase = AsyncDisposable & { readonly engine: Engine };

/** Opens an empty store, as a server does. */
export type OpenStore = (options?: ReadingOptions) => Promise<
  TestDatabase & {
    readonly store: Stores;
    /** Names another database of the same engine, which doesn't exist yet. */
    readonly anotherDatabase: () => Promise<TestDatabase>;
  }
>;

export type Circumstances = {
  /** The route's channel. */
  readonly channel?: RouteChannel;
  readonly receivedAt?: number;
  readonly query?: string;
};

const RECEIVED_AT = Date.UTC(2026, 10, 23, 12, 30, 1, 234);

/** Returns the event of a callback with `params` and what Twilio always posts. */
export function eventOf(
  params: Record<string, string>,
  circumstances: Circumstances = {},
): NewEvent {
  return eventOfForm(Object.entries(callbackParams(params)), circumstances);
}

/** Returns the event of a callback with only these parameters, as the receiver reads it. */
export function eventOfForm(
  params: FormParams,
  { channel = "sms", receivedAt = RECEIVED_AT, query = "" }: Circumstances = {},
): NewEvent {
  const callback = parseCallback(channel, params);
  if ("fault" in callback) throw new Error(callback.fault);
  const { messageStatus, ...fields } = callback;
  const status = recordedStatus(fields.channel, messageStatus);
  if (status === undefined) throw new Error("This status isn't recorded.");
  return { ...BY_CALLBACK, ...fields, status, receivedAt, query };
}
