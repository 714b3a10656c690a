import type { Stores } from "../store/stores.ts";
import type { ApiMessage } from "../twilio/api-message.ts";

/** A write of them takes as long as a few callbacks. */
const SAVED_AT_ONCE = 200;

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
  for (let at = 0; at < known.length; at += SAVED_AT_ONCE)
    await prices.save(known.slice(at, at + SAVED_AT_ONCE));
}
