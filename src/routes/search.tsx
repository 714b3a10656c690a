import { isAdmin } from "../account/viewer.ts";
import { viewsOwner } from "../messages/saved-views.ts";
import type { Stores } from "../store/stores.ts";
import { page } from "../http/page.ts";
import { redirectTo } from "../http/responses.ts";
import { findAnything, type SearchDeps } from "../search/find-anything.ts";
import type { Found } from "../search/found.ts";
import { SEARCH_LENGTH_MAX } from "../search/meaning.ts";
import type { FindablePage } from "../search/pages.ts";
import { linkOf } from "../../views/search/finding.tsx";
import { SearchPage } from "../../views/search/search-page.tsx";
import { Suggestions } from "../../views/search/suggestions.tsx";
import type { Asked } from "./asked.ts";

/** `/search`: everything that a text finds; with a text that names one thing in full, that thing. */
export const searchHandlers = ({
  pages,
  ...deps
}: SearchDeps & {
  readonly store: Pick<Stores, "views">;
  readonly pages: readonly FindablePage[];
}) => {
  const find = async ({ request, site }: Asked) => {
    const given = new URL(request.url).searchParams.get("q") ?? "";
    const q = given.slice(0, SEARCH_LENGTH_MAX);
    const own = pages.filter(
      ({ isForAdmins }) => !isForAdmins || isAdmin(site.viewer),
    );
    const views = await deps.store.views.list(viewsOwner(site.viewer));
    const found: Found = await findAnything(deps, q, { pages: own, views });
    return { site, q, found, now: deps.now() };
  };
  return {
    page: async (asked: Asked) => {
      const view = await find(asked);
      const { direct } = view.found;
      // htmx sends this while someone is still typing.
      const isTyped = asked.request.headers.has("hx-request");
      return direct !== undefined && !isTyped
        ? redirectTo(linkOf(direct, asked.site))
        : page(<SearchPage {...view} />);
    },
    suggest: async (asked: Asked) =>
      page(<Suggestions {...await find(asked)} />),
  };
};
