import { ApiPage } from "../../views/settings/api-page.tsx";
import { requestOrigin } from "../http/origin.ts";
import { page } from "../http/page.ts";
import { referenceOf } from "./api/reference.ts";
import type { DescribedRoute } from "./api/openapi.ts";
import type { Asked } from "./asked.ts";

/** `/settings/api`: the API's reference, of these routes. */
export const apiReference =
  (routes: readonly DescribedRoute[]) =>
  ({ request, site }: Asked) => {
    const apiUrl = site.urls.api(requestOrigin(request));
    return page(
      <ApiPage site={site} reference={referenceOf(routes, apiUrl)} />,
    );
  };
