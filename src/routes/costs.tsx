import { CostsMistakesPage, CostsPage } from "../../views/costs/costs-page.tsx";
import { readCostsQuery } from "../costs/costs-query.ts";
import { costsExport, type CostsFormat } from "../costs/costs-export.ts";
import { page, type Page } from "../http/page.ts";
import { Problem } from "../http/problem.ts";
import { notedFilter } from "../messages/noted-filter.ts";
import type { Stores } from "../store/stores.ts";
import type { Answer, Asked } from "./asked.ts";
import type { Downloads } from "./downloads.ts";

/** How many countries, senders, services or tags the page lists. */
const GROUPS_LISTED = 100;
/** How many names of tags it offers. */
const TAG_NAMES_LISTED = 30;

export type CostsDeps = {
  readonly store: Pick<Stores, "backfills" | "costs" | "tally">;
  /** Set if there is a key for Twilio's API. */
  readonly config: { readonly twilioApi?: unknown };
  readonly downloads: Downloads;
  readonly now: () => number;
};

/** `/costs`: what messages cost by day, country, sender, service or tag; and as a file. */
export const costHandlers = ({ store, config, downloads, now }: CostsDeps) => {
  const exported = async (
    asked: Asked,
    format: CostsFormat,
  ): Promise<Answer> => {
    const { query, mistakes } = readCostsQuery(
      new URL(asked.request.url).searchParams,
      now(),
    );
    if (query === undefined)
      return new Problem({
        status: 400,
        title: "Can’t read this address",
        detail: mistakes.slice(0, 3).join(" "),
      });
    const { by, period } = query;
    const [from, to] = [period.range.from, period.range.to - 1].map(dayOf);
    return downloads.answer(asked, {
      name: `smsledger-costs-by-${by}-${from}-${to}`,
      format,
      what: `costs by ${by}`,
      which: `${from} to ${to} ${notedFilter(query.parsed.terms)}`.trim(),
      text: costsExport(store, query, format),
    });
  };
  return {
    show: async ({ request, site }: Asked): Promise<Page> => {
      const at = now();
      const read = readCostsQuery(new URL(request.url).searchParams, at);
      if (read.query === undefined)
        return page(<CostsMistakesPage {...read} site={site} now={at} />, {
          status: 400,
        });
      const { period, by, only, tagName } = read.query;
      const [report, tagNames, note] = await Promise.all([
        store.costs.report({
          range: period.days,
          by,
          limit: GROUPS_LISTED,
          ...(only && { only }),
          ...(tagName !== undefined && { tagName }),
        }),
        by === "tag" ? store.costs.tagNames(TAG_NAMES_LISTED) : [],
        store.backfills.note(),
      ]);
      const view = {
        site,
        query: read.query,
        report,
        tagNames,
        failure: note?.failure ?? null,
        hasKey: config.twilioApi !== undefined,
        now: at,
      };
      return page(<CostsPage {...view} />);
    },
    csv: (asked: Asked) => exported(asked, "csv"),
    json: (asked: Asked) => exported(asked, "json"),
  };
};

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
