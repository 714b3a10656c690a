import type { Failure } from "../../../log/failure.ts";
import type { RecordOutcome } from "../../store.ts";
import type { StepName } from "./steps.ts";
import type { WriteName } from "./writes.ts";

/**
 * What the HTTP thread and the writing thread say to each other. The writer answers
 * every request in the order it came, so a reply needs no name of its own. Events
 * travel as JSON text: one string crosses faster than a thousand small objects.
 */
export type WriterRequest =
  | {
      readonly kind: "open";
      readonly file: string;
      readonly busyTimeoutMs: number;
    }
  | { readonly kind: "record"; readonly events: string }
  /** One of `WRITES`, in a transaction of its own; its input as JSON. */
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
  /** Before the thread is ended and the database opened anew. */
  | { readonly kind: "prepare-to-reopen" }
  | { readonly kind: "close" };

export type WriterReply =
  | { readonly kind: "done" }
  /** For each event of the batch its outcome's character; see `OUTCOME_CODES`. */
  | {
      readonly kind: "recorded";
      readonly outcomes: string;
      /** Of one that was refused, and what it means where that is known. */
      readonly failure?: Failure;
      readonly reason?: string;
    }
  /** What a write or a step came to, as JSON. */
  | { readonly kind: "written"; readonly output: string }
  /** Cannot be done now; nothing of the request was. */
  | {
      readonly kind: "unavailable";
      readonly reason: string;
      /** Set when the database's files changed: whether to open them anew puts it right. */
      readonly canReopen?: boolean;
    }
  /** The database is not for this program; only in answer to "open". */
  | {
      readonly kind: "unusable";
      readonly reason: string;
      /** It may be a matter of the moment. */
      readonly mayPass: boolean;
    }
  /** A mistake in the program; nothing of the request was done. */
  | { readonly kind: "failed"; readonly failure: Failure }
  /** The same of work that nobody asked for; it answers no request. */
  | { readonly kind: "mistake"; readonly failure: Failure }
  /** Something happened to the database's files; it answers no request. */
  | {
      readonly kind: "files-changed";
      readonly reason: string;
      readonly canReopen: boolean;
    };

/** What an outcome crosses as: one character for each event. */
export const OUTCOME_CODES: Record<RecordOutcome, string> = {
  repeat: "0",
  new: "1",
  supplement: "2",
  "other-account": "3",
};

/** Crosses in place of an outcome for an event that an unknown error is about: it was not recorded. */
export const REFUSED_CODE = "4";

const OUTCOMES: ReadonlyMap<string | undefined, RecordOutcome> = new Map([
  [OUTCOME_CODES.repeat, "repeat"],
  [OUTCOME_CODES.new, "new"],
  [OUTCOME_CODES.supplement, "supplement"],
  [OUTCOME_CODES["other-account"], "other-account"],
]);

/** The outcome that a character stands for; undefined for a character never sent. */
export function outcomeOf(code: string | undefined): RecordOutcome | undefined {
  return OUTCOMES.get(code);
}
