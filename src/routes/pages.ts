import { Elysia } from "elysia";
import { siteFor, type Site } from "../../views/site.ts";
import { pageResponse, type PageAnswer } from "../http/responses.ts";

/**
 * Gives routes `page(markup, answer?)`, which answers with a whole page, its headers and
 * compression, and `site` as the one who asked is to see it.
 */
export const pages = (site: Site) =>
  new Elysia({ name: "pages" })
    // Resolved, not derived: only then has been found out who asks.
    .resolve({ as: "scoped" }, ({ request }) => ({
      site: siteFor(site, request),
      // The plugin's own `html` would make an answer of it only to be read again.
      page: async (
        markup: JSX.Element,
        answer?: PageAnswer,
      ): Promise<Response> => pageResponse(request, await markup, answer),
    }));
