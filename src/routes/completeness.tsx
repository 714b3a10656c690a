import { CompletenessPage } from "../../views/completeness/completeness-page.tsx";
import type { Config } from "../config/config.ts";
import { page, type Page } from "../http/page.ts";
import { readCompleteness } from "../sources/completeness.ts";
import type { Stores } from "../store/stores.ts";
import type { Asked } from "./asked.ts";

/** How many days the page shows. */
const DAYS = 60;
/** How many accounts of the ledger it knows of. */
const ACCOUNTS_MAX = 10;

export type CompletenessDeps = {
  readonly store: Pick<Stores, "backfills" | "suggest">;
  /** Set if there is a key for Twilio's API. */
  readonly config: Pick<Config, "twilioApi">;
  readonly now: () => number;
};

/** `/completeness`: how many outcomes that Twilio has were received, day by day. */
export const completenessHandler =
  ({ store, config, now }: CompletenessDeps) =>
  async ({ site }: Asked): Promise<Page> => {
    const known = await readCompleteness(store, now(), DAYS);
    const account = config.twilioApi?.accountSid;
    const accounts = await store.suggest("account", "", ACCOUNTS_MAX);
    const others = accounts.filter((each) => each !== account);
    return page(
      <CompletenessPage {...{ site, known, account, others, days: DAYS }} />,
    );
  };
