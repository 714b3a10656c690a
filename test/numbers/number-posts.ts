import { followList } from "../store/follow-list.ts";
import type { startServer } from "../support/start-server.ts";

type Server = Awaited<ReturnType<typeof startServer>>;

/**
 * Posts messages to a number: one per word, `delivered` or an error code, oldest first. Given
 * the store, it also brings the "do not send" list up to date, as `serve` does.
 */
export async function postMessagesTo(
  { twilio, store }: Pick<Server, "twilio"> & Partial<Pick<Server, "store">>,
  number: string,
  outcomes: readonly (number | "delivered" | "undelivered")[],
): Promise<void> {
  for (const outcome of outcomes) {
    const answer = await twilio.post({
      To: number,
      ...(typeof outcome === "number"
        ? { MessageStatus: "undelivered", ErrorCode: String(outcome) }
        : { MessageStatus: outcome }),
    });
    if (answer.status !== 200)
      throw new Error(`A callback got ${answer.status}.`);
  }
  if (store !== undefined) await followList(store);
}
