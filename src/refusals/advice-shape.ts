import type { Explanation } from "../store/diagnosis.ts";
import type { Refusal } from "../store/refusals.ts";

/** What is to be done, and for a setting how it is to be written. */
export type Step = { readonly text: string; readonly setting?: string };

/** What a refusal means, in words for the team. */
export type Advice = {
  /** What was wrong, a sentence each. */
  readonly sentences: readonly string[];
  /** What to do; the first is the likeliest. */
  readonly steps: readonly Step[];
};

export type Explained = Refusal & { readonly diagnosis: Explanation };
