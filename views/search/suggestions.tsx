import type { Found } from "../../src/search/found.ts";
import { attribute } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { FindingLine, gapWords, kindWords, linkOf } from "./finding.tsx";

export type FoundView = {
  readonly site: Site;
  /** As typed. */
  readonly q: string;
  readonly found: Found;
  readonly now: number;
};

/** What is found while someone types in the frame's field. search.js shows it, and moves through it. */
export function Suggestions({ site, q, found, now }: FoundView) {
  const { groups, gaps } = found;
  const count = groups.reduce((sum, { findings }) => sum + findings.length, 0);
  return (
    <div id="finds" class="finds" data-q={attribute(q)} hidden>
      <div id="finds-list" role="listbox" aria-label="Found">
        {groups.map((group, place) => (
          <div role="group" aria-label={kindWords(group)}>
            <div class="finds-kind" aria-hidden="true" safe>
              {kindWords(group)}
            </div>
            {group.findings.map((finding, index) => (
              <a
                id={`find-${place}-${index}`}
                class="find-option"
                role="option"
                aria-selected="false"
                tabindex="-1"
                href={attribute(linkOf(finding, site))}
              >
                <FindingLine finding={finding} now={now} />
              </a>
            ))}
          </div>
        ))}
      </div>
      {count === 0 ? (
        <p class="finds-note">
          Nothing found for <bdi safe>{found.text}</bdi>
        </p>
      ) : (
        ""
      )}
      {gaps.map((gap) => (
        <p class="finds-note" safe>
          {gapWords(gap)}
        </p>
      ))}
    </div>
  );
}
