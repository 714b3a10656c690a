import {
  shownFilter,
  type EndpointReader,
} from "../forwarding/shown-endpoint.ts";
import type { ToldAlert } from "./told-alerts.ts";

/**
 * Returns an alert as a reader may see it: if its filter names numbers that they see masked,
 * without the filter, and without links to lists, whose addresses contain it.
 */
export function alertFor(reader: EndpointReader, alert: ToldAlert): ToldAlert {
  const { facts, story } = alert;
  if (shownFilter(facts.filter, reader) !== undefined) return alert;
  const numbers = story.numbers.map((each) => ({ ...each, href: undefined }));
  return {
    ...alert,
    facts: { ...facts, filter: "" },
    story: { ...story, numbers, places: [] },
  };
}
