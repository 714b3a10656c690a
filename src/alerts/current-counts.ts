import { parseFilter } from "../messages/filter-language.ts";
import { createUrls } from "../site/urls.ts";
import type { Store } from "../store/store.ts";
import { countWords } from "../words/amounts.ts";
import type { AlertStory } from "./alert-story.ts";

/** Only to read which list an address leads to. */
const URLS = createUrls(undefined);

/**
 * Counts the lists of messages that an alert's numbers lead to, as they are now: statuses
 * change after an alert was measured. By the number's name, without those that aren't known
 * exactly.
 */
export async function currentCounts(
  store: Pick<Store, "countMessages">,
  { numbers }: AlertStory,
  now: number,
): Promise<ReadonlyMap<string, string>> {
  const counts = await Promise.all(
    numbers.map(async ({ name, href }) => {
      const address = href && new URL(href(URLS), "http://localhost");
      const q = address?.searchParams.get("q");
      if (address?.pathname !== "/messages" || !q) return undefined;
      const { filter, mistakes } = parseFilter(q, now);
      if (mistakes.length > 0) return undefined;
      const { count, isMore } = await store.countMessages(filter);
      return isMore ? undefined : ([name, countWords(count)] as const);
    }),
  );
  return new Map(counts.filter((each) => each !== undefined));
}
