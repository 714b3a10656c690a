import type { Stores } from "../store/stores.ts";
import type { ApiMessage } from "../twilio/api-message.ts";
import { hasFailedFee } from "../twilio/failed-fee.ts";

const DAY_MS = 86_400_000;

/** Keeps what Twilio says that messages cost, or that it doesn't say yet, once they can be read. */
export async function savePrices(
  { prices, settled }: Pick<Stores, "prices" | "settled">,
  messages: readonly ApiMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  await settled();
  await prices.save(
    messages.map((message) => ({
      messageSid: message.messageSid,
      day: Math.floor((message.sentAt ?? message.createdAt) / DAY_MS),
      price: message.price,
      segments: message.numSegments ?? 0,
      hasFee: hasFailedFee(message),
    })),
  );
}
