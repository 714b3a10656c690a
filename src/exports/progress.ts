/** The progress of a download. */
export type Progress = {
  /** Records that were written so far. */
  records: number;
  state: "running" | "whole" | "cut off" | "refused";
};

/** Ended downloads that are remembered, for pages that ask about theirs. */
const ENDED_MAX = 50;

/** The downloads that a page gave an ID, so that it can ask for their progress. */
export class ProgressBoard {
  readonly #byId = new Map<string, Progress>();

  /** Starts a download's progress; without an ID, nobody asks for it. */
  begin(id: string | undefined): Progress {
    const progress: Progress = { records: 0, state: "running" };
    if (id === undefined) return progress;
    this.#byId.delete(id);
    this.#byId.set(id, progress);
    this.#forgetOldest();
    return progress;
  }

  of(id: string): Progress | undefined {
    return this.#byId.get(id);
  }

  #forgetOldest(): void {
    const ended = [...this.#byId].filter(
      ([, { state }]) => state !== "running",
    );
    for (const [id] of ended.slice(0, -ENDED_MAX)) this.#byId.delete(id);
  }
}

const ID = /^[\w-]{1,40}$/;

/** Returns the ID in an address; undefined for none, or for one that isn't from our pages. */
export function progressId(given: string | null): string | undefined {
  return given !== null && ID.test(given) ? given : undefined;
}
