import { constants, openSync, writeSync } from "node:fs";

/** The maximum that waits for a slow reader; beyond it, lines are lost. */
const WAITING_BYTES_MAX = 256 * 1024;
const AGAIN_AFTER_MS = 100;

/**
 * Writes lines to a non-blocking descriptor, and never waits for it or throws, because
 * no response may depend on the log. Lines for a slow reader wait here, up to a limit.
 * Lines that can't be written are counted, and reported once writing works again.
 */
export class LogOutput {
  readonly #fd: number;
  readonly #report: (lost: number) => string;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #timer: Timer | undefined;
  #lost = 0;
  /** Lost lines that haven't been reported yet, and those that the last waiting line reports. */
  #unreported = 0;
  #reporting = 0;
  /** The last line was only partly written. */
  #isCut = false;

  /** `report` creates the line that says how many were lost. */
  constructor(fd: number, report: (lost: number) => string) {
    this.#fd = fd;
    this.#report = report;
  }

  /** Lines that couldn't be written since the start. */
  get lost(): number {
    return this.#lost;
  }

  write(line: string): void {
    const start = this.#isCut && this.#waiting.length === 0 ? "\n" : "";
    const bytes = Buffer.from(start + line);
    if (this.#waitingBytes + bytes.length > WAITING_BYTES_MAX) {
      this.#lost++;
      this.#unreported++;
      return;
    }
    this.#push(bytes);
    if (this.#timer === undefined) this.#drain();
  }

  /** Resolves once nothing is waiting, or after this long. */
  async flush(withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (this.#waiting.length > 0 && performance.now() < end) {
      await Bun.sleep(5);
      this.#drain();
    }
  }

  #push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  #drain(): void {
    for (let line; (line = this.#waiting[0]);) {
      const written = this.#put(line);
      if (written === undefined) return;
      this.#waitingBytes -= written;
      if (written < line.length) this.#waiting[0] = line.subarray(written);
      else this.#waiting.shift();
      this.#isCut = written < line.length;
      if (this.#waiting.length === 0) this.#reportLost();
    }
  }

  /** Writes as much as there's room for, and returns how many bytes; undefined if none. */
  #put(line: Uint8Array): number | undefined {
    try {
      const written = writeSync(this.#fd, line);
      if (written > 0) return written;
      this.#tryAgainLater();
    } catch (error) {
      if (isBusy(error)) this.#tryAgainLater();
      else this.#loseWaiting();
    }
    return undefined;
  }

  #tryAgainLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#drain();
    }, AGAIN_AFTER_MS);
    this.#timer.unref();
  }

  #loseWaiting(): void {
    const lines = this.#waiting.length - (this.#reporting > 0 ? 1 : 0);
    this.#lost += lines;
    this.#unreported += lines + this.#reporting;
    this.#reporting = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #reportLost(): void {
    this.#reporting = this.#unreported;
    this.#unreported = 0;
    if (this.#reporting > 0)
      this.#push(Buffer.from(this.#report(this.#reporting)));
  }
}

function isBusy(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "EAGAIN" || code === "EINTR";
}

/** A descriptor of standard output that doesn't block. */
export function standardOutput(): number {
  // Bun makes it non-blocking when it first uses it, unless it's a terminal.
  if (!process.stdout.isTTY) return 1;
  try {
    // A terminal is shared with the shell, which mustn't find it changed.
    return openSync(
      "/proc/self/fd/1",
      constants.O_WRONLY | constants.O_NONBLOCK,
    );
  } catch {
    return 1;
  }
}
