import { requesterOf } from "../account/viewer.ts";
import { page } from "../http/page.ts";
import { redirectTo } from "../http/responses.ts";
import type { MadeUpRemoval } from "../upkeep/made-up-removal.ts";
import { MadeUpPage } from "../../views/settings/made-up-page.tsx";
import type { Asked } from "./asked.ts";

/** `/settings/made-up`: asks whether to delete the made-up messages, and does. */
export const madeUpHandlers = (removal: MadeUpRemoval) => ({
  show: async ({ site }: Asked) =>
    page(
      <MadeUpPage
        {...{ site, count: await removal.count(), state: removal.state }}
      />,
    ),
  remove: async ({ request, site }: Asked) => {
    await removal.begin(requesterOf(request));
    return redirectTo(site.urls.madeUp, 303);
  },
});
