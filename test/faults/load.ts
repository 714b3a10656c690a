import { newMessageSid, twilioClient } from "../support/twilio-client.ts";

/** What was answered 200, so it must be on disk forever: "SID status". */
export type Ledger = Set<string>;

export type Load = {
  /** How many answers had each status; requests without an answer count as 0. */
  readonly answers: ReadonlyMap<number, number>;
  /** Resolves when the last answer is here. */
  stop(): Promise<void>;
};

/** After an answer other than 200. */
const PAUSE_MS = 20;

/**
 * Posts signed callbacks from `clients` connections until it's stopped, and adds every
 * acknowledged one to the ledger. Each message gets sent and delivered.
 */
export function startLoad(
  origin: string,
  ledger: Ledger,
  clients: number,
): Load {
  const twilio = twilioClient(origin);
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
