import { hashOfToken, SCOPE_WORDS } from "../../account/api-tokens.ts";
import { failureOf } from "../../log/failure.ts";
import type { Log } from "../../log/log.ts";
import type { ApiToken } from "../../store/api-tokens.ts";
import type { AuditEntry } from "../../store/audit.ts";
import type { RequestWindow } from "../../store/request-windows.ts";
import { StoreUnavailable } from "../../store/store.ts";
import type { Stores } from "../../store/stores.ts";
import {
  TOKEN_MISSING,
  TOKEN_UNKNOWN,
  tooManyRequests,
  type ApiProblem,
} from "./problems.ts";

/** Requests for each token within the window. */
export const REQUESTS_MAX = 600;
const WINDOW_S = 60;

const MINUTE_MS = 60_000;
const WINDOW_MS = WINDOW_S * 1_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export type TokenAccessDeps = {
  readonly store: Pick<Stores, "apiTokens" | "countRequest">;
  readonly log: Log;
  readonly now: () => number;
};

/** How much of its limit a token has used. */
export type RateCount = {
  /** `RateLimit-*` in the form that most clients know: whole numbers, the last one in seconds. */
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: ApiProblem | undefined;
};

/**
 * Finds a request's token and counts its requests. Tokens are looked up for each request, so
 * a revoked one is refused from the next request on. A request without a token costs one
 * index lookup at most, which is less than a callback that anybody can send.
 */
export class TokenAccess {
  readonly #deps: TokenAccessDeps;
  /** When each token that has used up its limit can make requests again, by a clock that nobody sets. */
  readonly #refusedUntil = new Map<number, number>();
  /** The minute in which each token's last use was written. */
  readonly #usedAt = new Map<number, number>();

  constructor(deps: TokenAccessDeps) {
    this.#deps = deps;
  }

  async tokenOf(
    headers: Headers,
  ): Promise<{ readonly token: ApiToken } | { readonly problem: ApiProblem }> {
    const [, given] =
      /^bearer +(\S+)$/i.exec(headers.get("authorization") ?? "") ?? [];
    if (given === undefined) return { problem: TOKEN_MISSING };
    const hash = hashOfToken(given);
    const token =
      hash === undefined
        ? undefined
        : await this.#deps.store.apiTokens.byHash(hash);
    return token === undefined ? { problem: TOKEN_UNKNOWN } : { token };
  }

  /** Counts a request of a token. Rejects with StoreUnavailable. */
  async count({ id }: ApiToken): Promise<RateCount> {
    const { requests, msLeft } = await this.#requestsOf(id);
    // After a clock was set back, it would exceed the window.
    const restS = Math.ceil(msLeft / 1_000);
    const resetS = Math.min(Math.max(1, restS), WINDOW_S);
    const isOver = requests > REQUESTS_MAX;
    return {
      headers: {
        "ratelimit-limit": String(REQUESTS_MAX),
        "ratelimit-remaining": String(Math.max(0, REQUESTS_MAX - requests)),
        "ratelimit-reset": String(resetS),
      },
      problem: isOver
        ? tooManyRequests(REQUESTS_MAX, WINDOW_S, resetS)
        : undefined,
    };
  }

  /** A token that is over its limit costs the database nothing until its window ends. */
  async #requestsOf(id: number): Promise<RequestWindow> {
    const leftMs = (this.#refusedUntil.get(id) ?? 0) - performance.now();
    if (leftMs > 0) return { requests: REQUESTS_MAX + 1, msLeft: leftMs };
    const window = await this.#deps.store.countRequest(id, WINDOW_MS);
    if (window.requests > REQUESTS_MAX)
      this.#refusedUntil.set(id, performance.now() + window.msLeft);
    else this.#refusedUntil.delete(id);
    return window;
  }

  /**
   * Records when a token was last used, to the minute, and in the audit list on which days
   * and from where. This isn't awaited, and reading continues if it can't be written.
   */
  noteUse(token: ApiToken, address: string | null): void {
    const at = this.#deps.now();
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    // Another node may have written a later one.
    const before = Math.max(
      this.#usedAt.get(token.id) ?? 0,
      token.lastUsedAt ?? 0,
    );
    if (before === minute) return;
    this.#usedAt.set(token.id, minute);
    const isFirstOfDay =
      Math.floor(before / DAY_MS) !== Math.floor(minute / DAY_MS);
    this.#write(
      token,
      minute,
      isFirstOfDay ? { at, address } : undefined,
    ).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable))
        this.#deps.log.error(failureOf(error), "a token's use was not noted");
    });
  }

  async #write(
    { id, name, scope }: ApiToken,
    minute: number,
    firstOfDay: Pick<AuditEntry, "at" | "address"> | undefined,
  ): Promise<void> {
    await this.#deps.store.apiTokens.setLastUsed({
      id,
      at: minute,
      entry: firstOfDay && {
        kind: "use",
        ...firstOfDay,
        actor: `token ${name}`,
        action: `${scope === "write" ? "used" : "read through"} the API for the first time that day, with`,
        subject: SCOPE_WORDS[scope],
      },
    });
  }
}
