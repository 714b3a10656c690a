import { randomInt } from "node:crypto";

/**
 * Returns a loopback port that nothing listens on or gets by chance, for a server whose
 * address is needed before it starts, or again after a restart.
 */
const [LOWEST, HIGHEST] = [10_000, 32_000];

/** Something listens on it. */
export function freePort(): number {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    try {
      const server = Bun.serve({
        hostname: "127.0.0.1",
        port,
        fetch: () => new Response(),
      });
      void server.stop(true);
      return port;
    } catch {
      // Holds the write lock of the database in `file` until it is closed. Waits for the
      // server's own writer, which may be busy for a moment after the start or after its
      // last response.
    }
  }
}
