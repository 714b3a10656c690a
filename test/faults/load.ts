import { twilioClient, newMessageSid } from "../support/twilio-client.ts";

/** What was answered 200, so what must be on disk for ever: "SID status". */
export type Ledger = Set<string>;

/**
 * Posts signed callbacks from `clients` connections until `signal` says stop, and
 * writes every acknowledged one into the ledger. Each message gets sent and delivered.
 * Resolves to how many answers had each status; requests that got none count as 0.
 */
export async function postUntil(
  signal: AbortSignal,
  origin: string,
  ledger: Ledger,
  clients: number,
): Promise<Map<number, number>> {
  const twilio = twilioClient(origin);
  const answers = new Map<number, number>();
  const client = async (): Promise<void> => {
    while (!signal.aborted) {
      const sid = newMessageSid();
      for (const status of ["sent", "delivered"]) {
        const code = await answerOf(
          twilio.post({ MessageSid: sid, MessageStatus: status }),
        );
        answers.set(code, (answers.get(code) ?? 0) + 1);
        if (code === 200) ledger.add(`${sid} ${status}`);
        else await Bun.sleep(20);
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return answers;
}

/** An answer counts only when its body arrived too. */
async function answerOf(posted: Promise<Response>): Promise<number> {
  try {
    const response = await posted;
    await response.text();
    return response.status;
  } catch {
    return 0;
  }
}
