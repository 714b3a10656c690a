import { randomInt } from "node:crypto";

/**
 * Below the ports that systems use for outgoing connections, which could take a port that
 * is free for a moment.
 */
const [LOWEST, HIGHEST] = [10_000, 32_000];

/**
 * Returns a loopback port that nothing listens on or gets by chance, for a server whose
 * address is needed before it starts, or again after a restart.
 */
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
      // Something listens on it.
    }
  }
}
