import type { Config } from "../config/config.ts";
import { checkSenders } from "../senders/check-senders.ts";
import { senderFindings } from "../senders/sender-findings.ts";
import { createApiClient } from "../twilio-api/client.ts";
import { note, type Finding } from "../words/finding.ts";

/** Twilio gets this long for everything. */
const LIMIT_MS = 60_000;

/** Checks with TWILIO_API_KEY whether the account's senders post their callbacks here. */
export async function twilioFindings(
  { twilioApi, publicUrl }: Pick<Config, "twilioApi" | "publicUrl">,
  version: string,
): Promise<Finding[]> {
  if (twilioApi === undefined) return [];
  if (publicUrl === undefined)
    return [
      note(
        "Senders weren't checked, as PUBLIC_URL isn't set.",
        "Set it to the address at which Twilio reaches this server.",
      ),
    ];
  const client = createApiClient(twilioApi, { version, attemptsMax: 2 });
  const limit = AbortSignal.timeout(LIMIT_MS);
  try {
    return senderFindings(
      await checkSenders(client, publicUrl, Date.now, limit),
      publicUrl,
    );
  } catch (error) {
    if (!limit.aborted) throw error;
    return [
      note(
        "Senders weren't checked, as Twilio took too long.",
        "Try again later.",
      ),
    ];
  } finally {
    client.close();
  }
}
