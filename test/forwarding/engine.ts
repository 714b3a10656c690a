import { join } from "node:path";
import { forward, type WorkerDeps } from "../../src/forwarding/worker.ts";
import type { Clock } from "../../src/forwarding/clock.ts";
import { newEndpointSecret } from "../../src/forwarding/secrets.ts";
import { createLog } from "../../src/log/log.ts";
import type {
  OutboundRequest,
  SendResult,
} from "../../src/outbound/outbound.ts";
import type { EndpointSettings } from "../../src/store/endpoints.ts";
import type { Stores } from "../../src/store/stores.ts";
import { openStore } from "../support/open-store.ts";
import { tempDir } from "../support/temp-dir.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { eventOf } from "../store/events.ts";

export const START = Date.UTC(2026, 10, 23, 12);
export const BY = { at: START, actor: "ana", address: null };

/** What a receiver answers: a status with headers, or why there is no response. */
export type Answer =
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly text?: string;
    }
  | { readonly fault: NonNullable<SendResult["fault"]> };

export type Request = OutboundRequest & {
  readonly at: number;
  readonly id: string;
  readonly payload: {
    readonly type: string;
    readonly data: { readonly id: number; readonly messageSid: string };
  };
};

/** A clock that only moves when a test says so. */
export class StepClock implements Clock {
  #now = START;
  #elapsed = 0;
  #waiting: { readonly until: number; readonly resolve: () => void }[] = [];

  readonly now = (): number => this.#now;
  readonly elapsed = (): number => this.#elapsed;
  readonly wait = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      this.#waiting.push({ until: this.#elapsed + ms, resolve });
      signal.addEventListener("abort", () => resolve());
    });

  get isWaited(): boolean {
    return this.#waiting.length > 0;
  }

  /** Moves to the next time that something waits for, at most to `until`. */
  step(until: number): void {
    const next = Math.min(until, ...this.#waiting.map((each) => each.until));
    const ms = Math.max(0, next - this.#elapsed);
    this.#elapsed += ms;
    this.#now += ms;
    const due = this.#waiting.filter((each) => each.until <= this.#elapsed);
    this.#waiting = this.#waiting.filter((each) => each.until > this.#elapsed);
    for (const { resolve } of due) resolve();
  }

  /** Sets the machine's clock: no time passes. */
  set(now: number): void {
    this.#now = now;
  }
}

/** The engine on a real store, with a receiver in this process. */
export class Engine {
  readonly clock = new StepClock();
  readonly requests: Request[] = [];
  answer: (request: Request) => Answer | Promise<Answer> = () => ({
    status: 200,
  });
  readonly notices: string[][] = [];
  #pending = 0;
  #stopping = new AbortController();
  #running: Promise<void> | undefined;

  private constructor(
    readonly folder: ReturnType<typeof tempDir>,
    public store: Stores,
    readonly pollMs: number,
  ) {}

  static async open(pollMs = 100): Promise<Engine> {
    const folder = tempDir();
    const store = await openStore(join(folder.path, "smsledger.db"));
    return new Engine(folder, store, pollMs);
  }

  get #file(): string {
    return join(this.folder.path, "smsledger.db");
  }

  start({ store = this.store, ...more }: Partial<WorkerDeps> = {}): void {
    this.#stopping = new AbortController();
    this.#running = forward({
      store: this.#counted(store),
      outbound: { send: (request) => this.#count(this.#receive(request)) },
      sendNotices: () => Promise.reject(new Error("no channels")),
      log: createLog("error", "json"),
      clock: this.clock,
      random: () => 0.5,
      stopping: this.#stopping.signal,
      pollMs: this.pollMs,
      pace: { step: (make) => make() },
      turn: () => Promise.resolve(),
      restMs: 0,
      ...more,
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#running = undefined;
  }

  /** Closes the store as a crash would leave it, and opens it again. */
  async reopen(): Promise<void> {
    await this.store.close();
    this.store = await openStore(this.#file);
  }

  /** A request that may take long: time passes meanwhile. */
  receiveUncounted(request: OutboundRequest): Promise<SendResult> {
    return this.#receive(request);
  }

  async #receive(request: OutboundRequest): Promise<SendResult> {
    const received: Request = {
      ...request,
      at: this.clock.now(),
      id: request.headers["webhook-id"] ?? "",
      payload: JSON.parse(request.body),
    };
    this.requests.push(received);
    const answer = await this.answer(received);
    if ("fault" in answer)
      return { durationMs: 1, response: null, fault: answer.fault };
    const { status, headers, text = "" } = answer;
    const response = { status, headers: new Headers(headers), text };
    return { durationMs: 1, response, fault: null };
  }

  async #count<T>(work: Promise<T>): Promise<T> {
    this.#pending++;
    try {
      return await work;
    } finally {
      this.#pending--;
    }
  }

  /** The store, with its calls counted, also those of its parts. */
  #counted<T extends object>(part: T): T {
    return new Proxy(part, {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value === "object" && value !== null)
          return this.#counted(value);
        if (typeof value !== "function" || name === "exclusively") return value;
        return (...input: unknown[]) => {
          const result: unknown = Reflect.apply(value, target, input);
          return result instanceof Promise ? this.#count(result) : result;
        };
      },
    });
  }

  /** Waits until the engine waits for the clock, and for nothing else. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 4;) {
      await new Promise((turn) => setImmediate(turn));
      quiet = this.#pending === 0 && this.clock.isWaited ? quiet + 1 : 0;
    }
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.elapsed() + ms;
    await this.settle();
    while (this.clock.elapsed() < until) {
      this.clock.step(until);
      await this.settle();
    }
  }

  async addEndpoint(
    name: string,
    settings: Partial<EndpointSettings> = {},
  ): Promise<number> {
    const added = await this.store.endpoints.add(
      {
        name,
        url: `https://${name}.example.com/`,
        filter: "",
        events: null,
        ratePerSecond: 50,
        concurrency: 4,
        secret: newEndpointSecret(),
        ...settings,
      },
      BY,
    );
    if ("refusal" in added) throw new Error(added.refusal);
    return added.id;
  }

  /** Records events now, one message each; resolves to their SIDs. */
  async record(
    count: number,
    params: Record<string, string> = {},
  ): Promise<string[]> {
    const sids = Array.from({ length: count }, newMessageSid);
    await Promise.all(
      sids.map((MessageSid) =>
        this.store.recordEvent(
          eventOf({ MessageSid, ...params }, { receivedAt: this.clock.now() }),
        ),
      ),
    );
    return sids;
  }

  /** Records another event of each message. */
  async recordAgain(
    sids: readonly string[],
    params: Record<string, string>,
  ): Promise<void> {
    const receivedAt = this.clock.now();
    await Promise.all(
      sids.map((MessageSid) =>
        this.store.recordEvent(
          eventOf({ MessageSid, ...params }, { receivedAt }),
        ),
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running) await this.stop();
    await this.store.close();
    this.folder[Symbol.dispose]();
  }
}
