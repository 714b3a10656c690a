import type { WriteStream } from "node:tty";

const REDRAW_MS = 100;
const WIDTH = 30;

export type ProgressBar = {
  readonly update: (done: number, total?: number) => void;
  /** Removes the bar from the screen. */
  readonly end: () => void;
};

/**
 * A bar on a terminal, redrawn at most ten times a second; nothing anywhere else. `expected`
 * is how much there is to do, unless an update says.
 */
export function progressBar(terminal: WriteStream, expected = 0): ProgressBar {
  if (!terminal.isTTY) return { update: () => {}, end: () => {} };
  let drawnAt = -REDRAW_MS;
  return {
    update(done, total = expected) {
      const now = performance.now();
      if (now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      const filled = Math.floor((WIDTH * done) / Math.max(1, total));
      const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
      terminal.write(`\r\x1b[2K${bar} ${done} of ${total}`);
    },
    end: () => terminal.write("\r\x1b[2K"),
  };
}
