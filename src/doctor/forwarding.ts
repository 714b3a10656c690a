import { isFilterReadable } from "../forwarding/wanted.ts";
import type { DatabaseCheck } from "../store/engine.ts";
import { wrong, type Finding } from "../words/finding.ts";

/** Checks whether this version can read the filters of the endpoints that events are sent to. */
export function forwardingFindings(
  endpoints: DatabaseCheck["endpoints"],
): Finding[] {
  return (endpoints ?? [])
    .filter((each) => each.state === "active" && !isFilterReadable(each.filter))
    .map(({ name }) =>
      wrong(
        `Nothing is sent to the endpoint ${name}: this version can't read its filter.`,
        "Change the filter on the endpoint's page. It then continues where it stopped.",
      ),
    );
}
