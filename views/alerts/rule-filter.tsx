import { isAdmin } from "../../src/account/viewer.ts";
import { shownFilter } from "../../src/forwarding/shown-endpoint.ts";
import { shortened } from "../parts/values.tsx";
import type { Site } from "../site.ts";

/** The messages that a rule is narrowed to. */
export function RuleFilter({
  site: { viewer, masksNumbers },
  filter,
  lengthMax = Infinity,
}: {
  readonly site: Site;
  readonly filter: string;
  readonly lengthMax?: number;
}) {
  const canChange = isAdmin(viewer);
  const shown = shownFilter(filter, { canChange, masksNumbers });
  return shown === undefined ? (
    <p class="rule-filter">
      Only some messages: the filter names numbers, so only admins see it
    </p>
  ) : (
    <p class="rule-filter">
      Only{" "}
      <code>
        <bdi safe>{shortened(shown, lengthMax)}</bdi>
      </code>
    </p>
  );
}
