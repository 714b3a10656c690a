import type { AccountStore } from "../store/accounts.ts";
import { viewerOf, type Viewer } from "./viewer.ts";

/** How often a stream checks whether its reader is still allowed to read it. */
const LOOK_MS = 1_000;

/** A stream that ends when its reader loses access. */
export type WatchedStream = {
  /** Aborted about a second after the session has ended or the user was removed. */
  readonly ended: AbortSignal;
  /** Call this when the stream has ended. */
  done(): void;
};

type Watched = {
  readonly viewer: Viewer;
  readonly controller: AbortController;
};

/** Ends streams whose reader lost access: event streams and downloads stay open long after their request was allowed. */
export class OpenStreams {
  readonly #accounts: Pick<AccountStore, "stillThere">;
  readonly #now: () => number;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor({
    accounts,
    now,
  }: {
    readonly accounts: Pick<AccountStore, "stillThere">;
    readonly now: () => number;
  }) {
    this.#accounts = accounts;
    this.#now = now;
  }

  watch(request: Request): WatchedStream {
    const controller = new AbortController();
    const viewer = viewerOf(request);
    // Without sign-in, nobody is signed out.
    if (viewer === undefined)
      return { ended: controller.signal, done: () => undefined };
    const watched = { viewer, controller };
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => void this.#look(), LOOK_MS);
    return {
      ended: controller.signal,
      done: () => this.#remove(watched),
    };
  }

  #remove(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const looked = [...this.#watched];
    const sessions = new Set<number>();
    const users = new Set<number>();
    for (const { viewer } of looked) {
      if (viewer.sessionId === null) users.add(viewer.userId);
      else sessions.add(viewer.sessionId);
    }
    try {
      const there = await this.#accounts.stillThere(
        { sessions: [...sessions], users: [...users] },
        this.#now(),
      );
      for (const { viewer, controller } of looked) {
        const isThere =
          viewer.sessionId === null
            ? there.users.includes(viewer.userId)
            : there.sessions.includes(viewer.sessionId);
        if (!isThere) controller.abort();
      }
    } catch {
      // The database isn't responding, so the stream gets nothing from it either.
    }
  }
}
