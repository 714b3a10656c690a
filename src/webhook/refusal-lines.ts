import type { Log } from "../log.ts";
import type { Channel } from "../twilio/status.ts";
import type { Refusal } from "./refusal.ts";

/** Of refusals for the same reason a line is logged so often at most. */
const LINE_EVERY_MS = 1_000;

/**
 * Logs refused callbacks: the first of a reason at once, those of the next second in one
 * line with their number. So a flood of forged ones neither fills the disk nor holds up
 * the receiver, and a single refusal is told when it happens.
 */
export class RefusalLines {
  readonly #log: Log;
  readonly #everyMs: number;
  /** By channel and reason, while its second lasts: how many were not logged yet. */
  readonly #held = new Map<string, number>();

  constructor(log: Log, everyMs = LINE_EVERY_MS) {
    this.#log = log;
    this.#everyMs = everyMs;
  }

  /** The reasons are of ours, so there are few of them. */
  add(channel: Channel, { status, error }: Omit<Refusal, "check">): void {
    const key = `${channel} ${error}`;
    const held = this.#held.get(key);
    if (held !== undefined) {
      this.#held.set(key, held + 1);
      return;
    }
    this.#log.warn({ channel, status }, `callback refused: ${error}`);
    this.#hold(key, { channel, status }, error);
  }

  #hold(
    key: string,
    fields: { readonly channel: Channel; readonly status: number },
    error: string,
  ): void {
    this.#held.set(key, 0);
    const timer = setTimeout(() => {
      const times = this.#held.get(key) ?? 0;
      this.#held.delete(key);
      if (times === 0) return;
      this.#log.warn({ ...fields, times }, `callbacks refused: ${error}`);
      this.#hold(key, fields, error);
    }, this.#everyMs);
    timer.unref();
  }
}
