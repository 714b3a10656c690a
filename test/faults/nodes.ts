import { between, pick, type Random } from "../../src/simulation/random.ts";
import { newMessageSid, twilioClient } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";
import type { Ledger } from "./load.ts";
import type { ServerProcess } from "./server-process.ts";

/** Twilio's with rc=5, at most. */
const TRIES = 6;
const PAUSE_MS = 50;
/** Of ten callbacks, one is posted again although it was answered. */
const AGAIN = 0.1;

export type Node = ServerProcess & {
  /** Starts it again, at the same address, once it has ended. */
  readonly startAgain: () => Promise<ServerProcess>;
};

/** Nodes of one database, each at an address that it keeps. */
export class Nodes {
  #running: Node[] = [];

  async start(start: () => Promise<ServerProcess>): Promise<void> {
    this.#running.push({ ...(await start()), startAgain: start });
  }

  /** Kills a node and starts it again. `meanwhile` is waited for in between. */
  async kill(node: Node, meanwhile?: () => Promise<unknown>): Promise<void> {
    await node.kill();
    this.#running = this.#running.filter((each) => each !== node);
    await meanwhile?.();
    await this.start(node.startAgain);
  }

  /** Waits until one is the keeper that isn't `former`. */
  keeper(former?: Node): Promise<Node> {
    return until(async () => {
      const others = this.#running.filter((node) => node !== former);
      const answer = await fetch(`${others[0]?.origin}/readyz`);
      const name = String(Object(await answer.json()).keeper?.node);
      const keeper = others.find(({ pid }) => name.endsWith(`process ${pid}`));
      return keeper ?? false;
    });
  }

  async receiver(random: Random): Promise<Node> {
    const keeper = await this.keeper();
    return pick(
      random,
      this.#running.filter((node) => node !== keeper),
    );
  }

  async [Symbol.asyncDispose]() {
    await Promise.all(this.#running.map((node) => node.kill()));
  }

  /**
   * Posts as Twilio does through a balancer, over `clients` connections until stopped: to any
   * node, again elsewhere if that failed, and now and then again after it was answered. Adds
   * what was answered to the ledger.
   */
  load(ledger: Ledger, clients: number, random: Random) {
    const answers = new Map<number, number>();
    let isStopped = false;
    const posted = async (sid: string, status: string): Promise<boolean> => {
      const { origin } = pick(random, this.#running);
      const code = await twilioClient(origin)
        .post({ MessageSid: sid, MessageStatus: status })
        .then(async (answer) => (await answer.text(), answer.status))
        .catch(() => 0);
      answers.set(code, (answers.get(code) ?? 0) + 1);
      if (code === 200) ledger.add(`${sid} ${status}`);
      return code === 200;
    };
    const client = async (): Promise<void> => {
      while (!isStopped) {
        const sid = newMessageSid();
        for (const status of ["sent", "delivered"]) {
          for (let tried = 0; tried < TRIES; tried++) {
            if ((await posted(sid, status)) && random() > AGAIN) break;
            // Time is the subject: Twilio doesn't try again at once.
            await Bun.sleep(between(random, 1, PAUSE_MS));
          }
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
}
