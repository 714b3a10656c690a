import type { Asked } from "./asked.ts";
import { page, type Page } from "../http/page.ts";
import { invalidAddress, type Problem } from "../http/problem.ts";
import { AuditPage } from "../../views/settings/audit-page.tsx";
import type { AuditStore } from "../store/audit.ts";

const PAGE_SIZE = 100;

export type AuditDeps = {
  readonly store: { readonly audit: Pick<AuditStore, "list"> };
};

const INVALID_ADDRESS = invalidAddress(
  "This page of the list doesn’t exist. Go to Settings, Audit.",
);

/** `/settings/audit`: who signed in, and who changed or exported what. */
export const auditHandler =
  ({ store: { audit } }: AuditDeps) =>
  async ({ request, site }: Asked): Promise<Page | Problem> => {
    const text = URL.parse(request.url)?.searchParams.get("older") ?? undefined;
    if (text !== undefined && !/^\d{1,15}$/.test(text)) return INVALID_ADDRESS;
    const olderThan = text === undefined ? undefined : Number(text);
    const found = await audit.list({ size: PAGE_SIZE + 1, olderThan });
    const entries = found.slice(0, PAGE_SIZE);
    const older = found.length > PAGE_SIZE ? entries.at(-1)?.id : undefined;
    const isFirst = text === undefined;
    return page(<AuditPage {...{ site, entries, older, isFirst }} />);
  };
