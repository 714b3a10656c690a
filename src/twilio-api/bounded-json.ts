import { TwilioApiFault } from "./faults.ts";

/** A page of a thousand messages has one or two megabytes; with the longest bodies, eleven. */
const BYTES_MAX = 16 * 1024 * 1024;

/** Reads a response as JSON, up to a number of bytes. Undefined for an error that isn't JSON. */
export async function jsonWithin(
  response: Response,
  bytesMax = BYTES_MAX,
): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax)
      throw new TwilioApiFault(
        "unreadable",
        "The answer of Twilio's API is too large.",
      );
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    if (response.status !== 200) return undefined;
    throw new TwilioApiFault(
      "unreadable",
      "The answer of Twilio's API isn't JSON. Check TWILIO_API_URL.",
    );
  }
}
