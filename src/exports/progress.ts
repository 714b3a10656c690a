/** How far a download is. */
export type Progress = {
  /** Records that were written so far. */
  records: number;
  state: "running" | "whole" | "cut off" | "refused";
};

/** Downloads that are remembered after their end, for pages that ask what came of theirs. */
const ENDED_MAX = 50;

/** The downloads that a page has given an id, so that it can ask how far they are. */
export class ProgressBoard {
  readonly #byId = new Map<string, Progress>();

  /** A new download's progress; without an id nobody asks for it. */
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

/** The id that an address gives; undefined for none, or for one that no page of ours made. */
export function progressId(given: string | null): string | undefined {
  return given !== null && ID.test(given) ? given : undefined;
}
