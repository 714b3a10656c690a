import { counted } from "../../src/words/amounts.ts";
import { isOfTeam, type Site } from "../site.ts";

/** Shown on every page while callbacks are refused for a reason that the team can fix; only to the team. */
export function RefusalsBanner({ site }: { readonly site: Site }) {
  const { urls, fixableRefusals } = site;
  const count = isOfTeam(site) ? fixableRefusals() : 0;
  if (count === 0) return "";
  return (
    <aside class="banner" aria-label="Refused callbacks">
      <div class="wrap">
        <strong safe>
          {`${counted(count, "callback was", "callbacks were")} refused in the last hour`}
        </strong>{" "}
        for a reason that you can fix.{" "}
        <a href={urls.refusals({ kind: "fixable" })}>See why, and what to do</a>
      </div>
    </aside>
  );
}
