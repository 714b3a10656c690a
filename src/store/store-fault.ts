import type { Failure } from "../log/failure.ts";

/** A bug that the store survived. The message says what it means. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
  readonly failure: Failure;

  constructor(message: string, failure: Failure) {
    super(message);
    this.failure = failure;
  }
}

export type OnFault = (fault: StoreFault) => void;
