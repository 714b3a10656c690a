import { Elysia } from "elysia";
import { AuditPage } from "../../views/settings/audit-page.tsx";
import type { Site } from "../../views/site.ts";
import { pages } from "./pages.ts";
import type { AnswerProblem } from "./problem.tsx";
import type { AuditStore } from "../store/audit.ts";

const PAGE_SIZE = 100;

const NOT_UNDERSTOOD = {
  status: 400,
  title: "This address isn’t valid",
  detail:
    "The address names a page of the list that doesn’t exist. Go to Settings, Audit.",
};

/** `/settings/audit`: who signed in, changed and exported what. */
export const auditRoutes = (
  { store }: { readonly store: { readonly audit: Pick<AuditStore, "list"> } },
  site: Site,
  problem: AnswerProblem,
) =>
  new Elysia()
    .use(pages(site))
    .get("/settings/audit", async ({ page, request, site }) => {
      const text =
        URL.parse(request.url)?.searchParams.get("older") ?? undefined;
      if (text !== undefined && !/^\d{1,15}$/.test(text))
        return problem(request, NOT_UNDERSTOOD);
      const olderThan = text === undefined ? undefined : Number(text);
      const found = await store.audit.list({ size: PAGE_SIZE + 1, olderThan });
      const entries = found.slice(0, PAGE_SIZE);
      const older = found.length > PAGE_SIZE ? entries.at(-1)?.id : undefined;
      return page(
        <AuditPage
          {...{ site, entries, older }}
          isFirst={text === undefined}
        />,
      );
    });
