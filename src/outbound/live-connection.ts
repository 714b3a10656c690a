import { faultOf } from "./faults.ts";

const USED_MAX = 1_000;

/**
 * Returns a function that repeats a request on a new connection if it was reset on one that
 * may have been used before: receivers close idle connections at any moment.
 */
export function retriedOnNewConnection() {
  const used = new Set<string>();
  return async (
    target: string,
    request: (keepalive: boolean) => Promise<Response>,
  ): Promise<Response> => {
    const mayBeReused = used.has(target);
    const response = await request(true).catch((error: unknown) => {
      if (faultOf(error) !== "connection_reset") throw error;
      used.delete(target);
      if (!mayBeReused) throw error;
      return request(false);
    });
    if (used.size >= USED_MAX) used.clear();
    used.add(target);
    return response;
  };
}
