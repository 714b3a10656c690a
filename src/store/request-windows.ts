/** A token's requests in its current window of time, on all servers with this database together. */
export type RequestWindow = {
  /** This one included. */
  readonly requests: number;
  /** Until the window ends. */
  readonly msLeft: number;
};

/** Counts a request of a token; its first one, and the first one after a window has ended, begins a window. */
export type CountRequest = (
  tokenId: number,
  windowMs: number,
) => Promise<RequestWindow>;
