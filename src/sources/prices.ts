import type { Stores } from "../store/stores.ts";
import type { ApiMessage } from "../twilio/api-message.ts";

/** Keeps what Twilio says that messages cost, once they can be read. */
export async function savePrices(
  { prices, settled }: Pick<Stores, "prices" | "settled">,
  messages: readonly ApiMessage[],
): Promise<void> {
  const known = messages.flatMap(({ messageSid, price }) =>
    price === null ? [] : [{ messageSid, price }],
  );
  if (known.length === 0) return;
  await settled();
  await prices.save(known);
}
