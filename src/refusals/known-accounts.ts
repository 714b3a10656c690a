import { isWithin } from "../time/clock.ts";
import type { Config } from "../config/config.ts";
import { MADE_UP_ACCOUNT } from "../simulation/made-up-account.ts";
import type { Standing } from "../store/refusals.ts";
import type { Store } from "../store/store.ts";
import type { FormParams } from "../twilio/form.ts";
import { NamesPerHour } from "./names-per-hour.ts";

/** Account SIDs in a database are looked up so often, and so many at most. */
const REFRESH_EVERY_MS = 10 * 60_000;
const ACCOUNTS_MAX = 1_000;
const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;
/** Stands for an account that is not named. */
const ANY_ACCOUNT = "AC…";

/** What a callback says of whose it is; nothing proves it. */
export type Claim = {
  readonly standing: Standing;
  /** Its SID; `AC…` for one too many of those that are none of ours; null for none. */
  readonly account: string | null;
};

/** The accounts that are ours: those that tokens are bound to, and those whose callbacks were recorded. */
export class KnownAccounts {
  readonly #store: Pick<Store, "suggest">;
  readonly #known: Set<string>;
  /** Whether there is a token or key that is tried for every account. */
  readonly #hasOpenToken: boolean;
  #hasRecorded = false;
  #refreshedAt = -Infinity;
  readonly #foreignNames = new NamesPerHour();

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

  /** Whose a callback seems to be; nothing proves it. */
  standingOf(params: FormParams | undefined): Standing {
    const sid = accountSidIn(params);
    if (this.#known.has(sid)) return "known";
    const mayBeFirst = this.#hasOpenToken && !this.#hasRecorded;
    return mayBeFirst && ACCOUNT_SID.test(sid) ? "new" : "strange";
  }

  /** The same, with the account by name; `now` in milliseconds. */
  claimOf(params: FormParams | undefined, now: number): Claim {
    const standing = this.standingOf(params);
    const sid = accountSidIn(params);
    if (!ACCOUNT_SID.test(sid)) return { standing, account: null };
    const isNamed = standing === "known" || this.#foreignNames.take(sid, now);
    return { standing, account: isNamed ? sid : ANY_ACCOUNT };
  }

  /** Looks for accounts that were heard of since; `now` in milliseconds. */
  async refresh(now: number): Promise<void> {
    const isFresh = isWithin(REFRESH_EVERY_MS, this.#refreshedAt, now);
    if (isFresh && this.#hasRecorded) return;
    this.#refreshedAt = now;
    const accounts = await this.#store.suggest("account", "", ACCOUNTS_MAX);
    // After a trial of one's own the first real account is still to come.
    const recorded = accounts.filter((sid) => sid !== MADE_UP_ACCOUNT);
    this.#hasRecorded = recorded.length > 0;
    for (const sid of recorded) this.#known.add(sid);
  }
}

function accountSidIn(params: FormParams | undefined): string {
  return params?.find(([name]) => name === "AccountSid")?.[1] ?? "";
}
