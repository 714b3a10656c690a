import type { startServer } from "../support/start-server.ts";

type Server = Awaited<ReturnType<typeof startServer>>;

/** Posts messages to a number: one per word, `delivered` or an error code, oldest first. */
export async function postMessagesTo(
  { twilio }: Pick<Server, "twilio">,
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
}
