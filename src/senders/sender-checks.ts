import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import type { ApiClient } from "../twilio-api/client.ts";
import { checkSenders, type SenderCheck } from "./check-senders.ts";

/** The whole check gets this long. */
const LIMIT_MS = 120_000;

export type SenderChecksDeps = {
  /** Undefined without a key for Twilio's API. */
  readonly client: ApiClient | undefined;
  readonly publicUrl: string | undefined;
  readonly log: Log;
  readonly now: () => number;
  readonly stopping: AbortSignal;
};

/** Checks of how senders are set up in Twilio: the latest one, and one under way. */
export class SenderChecks {
  readonly #deps: SenderChecksDeps;
  #latest: SenderCheck | undefined;
  #isRunning = false;
  #hasFailed = false;

  constructor(deps: SenderChecksDeps) {
    this.#deps = deps;
  }

  /** The latest one; undefined before the first, which `begin` does. */
  get latest(): SenderCheck | undefined {
    return this.#latest;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Whether the latest one found nothing out, as Twilio took too long. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** The settings that are missing for a check. */
  get missing(): readonly string[] {
    const { client, publicUrl } = this.#deps;
    return [
      ...(client === undefined
        ? ["TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_ACCOUNT_SID"]
        : []),
      ...(publicUrl === undefined ? ["PUBLIC_URL"] : []),
    ];
  }

  /** Begins a check, unless one is under way. */
  begin(): void {
    const { client, publicUrl } = this.#deps;
    if (this.#isRunning || client === undefined || publicUrl === undefined)
      return;
    this.#isRunning = true;
    void this.#check(client, publicUrl).finally(() => {
      this.#isRunning = false;
    });
  }

  async #check(client: ApiClient, publicUrl: string): Promise<void> {
    const { log, now, stopping } = this.#deps;
    const limit = AbortSignal.timeout(LIMIT_MS);
    try {
      const signal = AbortSignal.any([stopping, limit]);
      this.#latest = await checkSenders(client, publicUrl, now, signal);
      this.#hasFailed = false;
    } catch (error) {
      this.#hasFailed = true;
      if (!stopping.aborted && !limit.aborted)
        log.error(failureOf(error), "can't check how senders are set up");
    }
  }
}
