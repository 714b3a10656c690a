import { CompletenessPage } from "../../views/completeness/completeness-page.tsx";
import { page, type Page } from "../http/page.ts";
import { readCompleteness } from "../sources/completeness.ts";
import type { Stores } from "../store/stores.ts";
import type { Asked } from "./asked.ts";

/** How many days the page shows. */
const DAYS = 60;

export type CompletenessDeps = {
  readonly store: Pick<Stores, "backfills">;
  /** Set if there is a key for Twilio's API. */
  readonly config: { readonly twilioApi?: unknown };
  readonly now: () => number;
};

/** `/completeness`: how many outcomes that Twilio has were received, day by day. */
export const completenessHandler =
  ({ store, config, now }: CompletenessDeps) =>
  async ({ site }: Asked): Promise<Page> => {
    const known = await readCompleteness(store, now(), DAYS);
    const hasKey = config.twilioApi !== undefined;
    return page(<CompletenessPage {...{ site, known, hasKey, days: DAYS }} />);
  };
