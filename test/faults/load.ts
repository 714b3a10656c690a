import { newMessageSid, twilioClient } from "../support/twilio-client.ts";

/** Callbacks answered with 200, which must be on disk forever: "SID status". */
export type Ledger = Set<string>;

export type Load = {
  /** The number of responses by status; requests without a response count as 0. */
  readonly answers: ReadonlyMap<number, number>;
  /** Resolves when the last response has arrived. */
  stop(): Promise<void>;
};

/** The pause after a response other than 200. */
const PAUSE_MS = 20;

/**
 * Posts signed callbacks over `clients` connections until stopped, and adds every
 * acknowledged one to the ledger. Each message gets sent and delivered.
 */
export function startLoad(
  origin: string,
  ledger: Ledger,
  clients: number,
  tls?: BunFetchRequestInit["tls"],
): Load {
  const twilio = twilioClient(origin, tls);
  const answers = new Map<number, number>();
  let isStopped = false;
  const client = async (): Promise<void> => {
    while (!isStopped) {
      const sid = newMessageSid();
      for (const status of ["sent", "delivered"]) {
        const code = await answerOf(
          twilio.post({ MessageSid: sid, MessageStatus: status }),
        );
        answers.set(code, (answers.get(code) ?? 0) + 1);
        if (code === 200) ledger.add(`${sid} ${status}`);
        // Time is the subject: a client that is refused doesn't try again at once.
        else await Bun.sleep(PAUSE_MS);
      }
    }
  };
  const ended = Promise.all(Array.from({ length: clients }, client));
  return {
    answers,
    async stop() {
      isStopped = true;
      await ended;
    },
  };
}

/** Resolves to the status. A response counts only if its body arrived too. */
async function answerOf(posted: Promise<Response>): Promise<number> {
  try {
    const response = await posted;
    await response.text();
    return response.status;
  } catch {
    return 0;
  }
}
