import { isWithin } from "../time/clock.ts";
import type { Config } from "../config/config.ts";
import { MADE_UP_ACCOUNT } from "../simulation/made-up-account.ts";
import type { Standing } from "../store/refusals.ts";
import type { Store } from "../store/store.ts";
import type { FormParams } from "../twilio/form.ts";

/** How often recorded account SIDs are read, and how many at most. */
const REFRESH_EVERY_MS = 10 * 60_000;
const ACCOUNTS_MAX = 1_000;
const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;

/** Whose account an unproven callback names. */
export type Claim = {
  readonly standing: Standing;
  /** Its SID; null if it names none. */
  readonly account: string | null;
};

/** The team's accounts: those that tokens are bound to, and those whose callbacks were recorded. */
export class KnownAccounts {
  readonly #store: Pick<Store, "suggest">;
  readonly #known: Set<string>;
  /** Whether any token or key is tried for every account. */
  readonly #hasOpenToken: boolean;
  #hasRecorded = false;
  #refreshedAt = -Infinity;

  constructor(
    store: Pick<Store, "suggest">,
    { authTokens, sharedKeys }: Pick<Config, "authTokens" | "sharedKeys">,
  ) {
    this.#store = store;
    this.#known = new Set(
      authTokens.flatMap(({ accountSid }) => accountSid ?? []),
    );
    this.#hasOpenToken =
      authTokens.length === 0 ||
      sharedKeys.length > 0 ||
      authTokens.some(({ accountSid }) => accountSid === undefined);
  }

  /** Judges whose account an unproven callback names. */
  standingOf(params: FormParams | undefined): Standing {
    const sid = accountSidIn(params);
    if (this.#known.has(sid)) return "known";
    const mayBeFirst = this.#hasOpenToken && !this.#hasRecorded;
    return mayBeFirst && ACCOUNT_SID.test(sid) ? "new" : "strange";
  }

  /** The same, with the account's SID. */
  claimOf(params: FormParams | undefined): Claim {
    const sid = accountSidIn(params);
    return {
      standing: this.standingOf(params),
      account: ACCOUNT_SID.test(sid) ? sid : null,
    };
  }

  /** Reads which accounts have recorded callbacks, unless that is known and was read lately; `now` in milliseconds. */
  async refresh(now: number): Promise<void> {
    const isFresh = isWithin(REFRESH_EVERY_MS, this.#refreshedAt, now);
    if (isFresh && this.#hasRecorded) return;
    this.#refreshedAt = now;
    const accounts = await this.#store.suggest("account", "", ACCOUNTS_MAX);
    // After a trial with made-up messages, the first real account is still to come.
    const recorded = accounts.filter((sid) => sid !== MADE_UP_ACCOUNT);
    this.#hasRecorded = recorded.length > 0;
    for (const sid of recorded) this.#known.add(sid);
  }
}

function accountSidIn(params: FormParams | undefined): string {
  return params?.find(([name]) => name === "AccountSid")?.[1] ?? "";
}
