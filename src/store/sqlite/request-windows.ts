import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import type { CountRequest } from "../request-windows.ts";

/** Counts requests in memory, as one server at a time has the database. */
export function createRequestWindows(): CountRequest {
  const limiter = new RateLimiterMemory({ points: 0, duration: 0 });
  return async (tokenId, windowMs) => {
    const { consumedPoints, msBeforeNext } = await limiter.penalty(tokenId, 1, {
      customDuration: windowMs / 1_000,
    });
    return { requests: consumedPoints, msLeft: msBeforeNext };
  };
}
