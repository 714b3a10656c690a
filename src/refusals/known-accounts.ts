import type { Standing } from "../store/refusals.ts";
import type { Store } from "../store/store.ts";
import type { AuthToken } from "../twilio/auth-tokens.ts";
import type { FormParams } from "../twilio/form.ts";

/** Account SIDs in a database are looked up so often, and so many at most. */
const REFRESH_EVERY_MS = 10 * 60_000;
const ACCOUNTS_MAX = 1_000;
const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;

/** The accounts that are ours: those that tokens are bound to, and those whose callbacks were recorded. */
export class KnownAccounts {
  readonly #store: Pick<Store, "suggest">;
  readonly #known: Set<string>;
  /** Whether there is a token that is tried for every account. */
  readonly #hasOpenToken: boolean;
  #hasRecorded = false;
  #refreshAt = 0;

  constructor(store: Pick<Store, "suggest">, authTokens: readonly AuthToken[]) {
    this.#store = store;
    this.#known = new Set(
      authTokens.flatMap(({ accountSid }) => accountSid ?? []),
    );
    this.#hasOpenToken =
      authTokens.length === 0 ||
      authTokens.some(({ accountSid }) => accountSid === undefined);
  }

  /** Whose a callback seems to be; nothing proves it. */
  standingOf(params: FormParams | undefined): Standing {
    const sid = params?.find(([name]) => name === "AccountSid")?.[1] ?? "";
    if (this.#known.has(sid)) return "known";
    const mayBeFirst = this.#hasOpenToken && !this.#hasRecorded;
    return mayBeFirst && ACCOUNT_SID.test(sid) ? "new" : "strange";
  }

  /** Looks for accounts that were heard of since; `now` in milliseconds. */
  async refresh(now: number): Promise<void> {
    if (now < this.#refreshAt && this.#hasRecorded) return;
    this.#refreshAt = now + REFRESH_EVERY_MS;
    const recorded = await this.#store.suggest("account", "", ACCOUNTS_MAX);
    this.#hasRecorded = recorded.length > 0;
    for (const sid of recorded) this.#known.add(sid);
  }
}
