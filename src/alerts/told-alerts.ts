import type { Alert } from "../store/alerts.ts";
import type { Reading } from "../store/store.ts";
import { storyOf, subjectNames, type AlertStory } from "./alert-story.ts";

/** An alert with its words. */
export type ToldAlert = Alert & { readonly story: AlertStory };

/** Adds to alerts what they say; reads what their senders are called. */
export async function told(
  store: Pick<Reading, "addressById">,
  alerts: readonly Alert[],
): Promise<readonly ToldAlert[]> {
  const names = await subjectNames(
    store,
    alerts.flatMap(({ key, facts }) => [
      key,
      ...facts.includes.map((each) => each.key),
    ]),
  );
  return alerts.map((alert) => {
    const { state, facts } = alert;
    // What it was about is best seen at its worst moment.
    const measured = state === "resolved" ? facts.peak : facts.now;
    return { ...alert, story: storyOf(alert, names, measured) };
  });
}
