import type { Failure } from "../../../log/failure.ts";
import type { StepName } from "../../core/long-work.ts";
import type { WriteName } from "../../sql/tables/writes.ts";

/**
 * What the HTTP thread and the writing thread send each other. The writer answers requests
 * in order, so replies need no id. Events cross as JSON text: one string is faster than a
 * thousand small objects.
 */
export type WriterRequest =
  | {
      readonly kind: "open";
      readonly file: string;
      readonly busyTimeoutMs: number;
    }
  | { readonly kind: "record"; readonly events: string }
  /** One of `WRITES`, in its own transaction; its input as JSON. */
  | {
      readonly kind: "write";
      readonly name: WriteName;
      readonly input: string;
    }
  /** A step of long work; its input as JSON. */
  | {
      readonly kind: "step";
      readonly name: StepName;
      readonly input: string;
    }
  | { readonly kind: "check" }
  /** Sent before the thread is ended and the database reopened. */
  | { readonly kind: "prepare-to-reopen" }
  | { readonly kind: "close" };

export type WriterReply =
  | { readonly kind: "done" }
  /** One character per event of the batch: of `OUTCOME_CODES`, or `REFUSED_CODE`. */
  | {
      readonly kind: "recorded";
      readonly outcomes: string;
      /** The error of an event that was refused, and what it means if that's known. */
      readonly failure?: Failure;
      readonly reason?: string;
    }
  /** The result of a write or a step: JSON with its `output`, if it has any. */
  | { readonly kind: "written"; readonly result: string }
  /** It can't be done now; nothing of the request was. */
  | {
      readonly kind: "unavailable";
      readonly reason: string;
      /** Set when the database's files changed: whether reopening them helps. */
      readonly canReopen?: boolean;
    }
  /** The database can't be used; only in reply to "open". */
  | {
      readonly kind: "unusable";
      readonly reason: string;
      /** Trying again soon may help. */
      readonly mayPass: boolean;
    }
  /** A program error; nothing of the request was done. */
  | { readonly kind: "failed"; readonly failure: Failure }
  /** A program error in work that nobody requested; replies to no request. */
  | { readonly kind: "mistake"; readonly failure: Failure }
  /** The database's files were changed; replies to no request. */
  | {
      readonly kind: "files-changed";
      readonly reason: string;
      readonly canReopen: boolean;
    };

/** Crosses in place of an outcome for an event that wasn't recorded because of an error of its own. */
export const REFUSED_CODE = "4";

/** What a caller is told of an unexpected error. */
export const UNEXPECTED =
  "It could not be recorded because of an unexpected error; the server's log says which.";

/** Why the writer did not do what it was asked. */
export function reasonOf(reply: WriterReply): string {
  return "reason" in reply ? reply.reason : UNEXPECTED;
}
