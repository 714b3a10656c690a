import { keepBackfilling } from "../sources/backfill.ts";
import { missedContexts } from "../sources/missed-context.ts";
import { keepReconciling } from "../sources/reconcile.ts";
import { createApiClient } from "../twilio-api/client.ts";
import type { Background } from "./forward.ts";

/** Reads from Twilio's API what callbacks missed, until the server stops, if there is a key for it. */
export async function readTwilio(background: Background): Promise<void> {
  const { twilioApi } = background.config;
  if (twilioApi === undefined) return;
  const client = createApiClient(twilioApi, background);
  const { publicUrl, retentionDays } = background.config;
  const reading = {
    ...background,
    client,
    publicUrl,
    retentionDays,
    now: Date.now,
  };
  try {
    await Promise.all([
      keepBackfilling({ ...reading, contextOf: missedContexts(reading) }),
      keepReconciling(reading),
    ]);
  } finally {
    client.close();
  }
}
