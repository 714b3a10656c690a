import { read } from "../support/settings.ts";
import type { TwilioApiStub } from "../support/twilio-api.ts";
import {
  createApiClient,
  type ApiClientOptions,
} from "../../src/twilio-api/client.ts";

/** A clock that goes on by itself only while somebody waits, and then at once. */
export function steppedClock(start = Date.UTC(2026, 10, 30, 12)) {
  let passed = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => start + passed,
    elapsed: () => passed,
    wait(ms: number) {
      passed += ms;
      waits.push(ms);
      return Promise.resolve();
    },
  };
}

/** Returns the product's client for a stub, with a clock that doesn't wait. */
export function testClient(
  stub: Pick<TwilioApiStub, "env">,
  options: Partial<ApiClientOptions> = {},
) {
  const { twilioApi } = read(stub.env);
  if (twilioApi === undefined) throw new Error("The stub has no settings.");
  return createApiClient(twilioApi, {
    version: "0.0.0-test",
    clock: steppedClock(),
    random: () => 0.5,
    ...options,
  });
}

export const NEVER = new AbortController().signal;
