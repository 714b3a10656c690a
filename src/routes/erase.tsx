import { Elysia } from "elysia";
import { ErasePage } from "../../views/settings/settings-erase.tsx";
import type { Site } from "../../views/site.ts";
import { fieldOf } from "../http/form-body.ts";
import { requesterOf } from "../account/viewer.ts";
import { redirectTo } from "../http/responses.ts";
import { pages } from "./pages.ts";
import { addressToErase } from "../phone/erased-number.ts";
import type { Erasures } from "../upkeep/erasures.ts";

export const NO_ADDRESS =
  "Enter the whole number with a plus sign and its country code, such as +14155550123, or a user id or name as the pages show it.";

/**
 * `/settings/erase`: takes a person out of everything that is kept. An address is never part
 * of the page's own address, which ends up in logs and histories.
 */
export const eraseRoutes = (erasures: Erasures, site: Site) =>
  new Elysia()
    .use(pages(site))
    .get("/settings/erase", ({ page, site }) =>
      page(<ErasePage {...{ site }} erasure={erasures.current} />),
    )
    .post("/settings/erase", ({ page, site, body }) => {
      const given = fieldOf(body, "address");
      const address = addressToErase(given);
      if (address === undefined)
        return page(
          <ErasePage
            {...{ site, given }}
            erasure={erasures.current}
            mistake={NO_ADDRESS}
          />,
          { status: 400 },
        );
      erasures.search(address);
      return redirectTo(site.urls.erase, 303);
    })
    .post("/settings/erase/confirm", async ({ page, request, site, body }) => {
      const id = fieldOf(body, "id");
      const typed = fieldOf(body, "typed");
      const mistake = await erasures.confirm(id, typed, requesterOf(request));
      if (mistake === undefined) return redirectTo(site.urls.erase, 303);
      return page(
        <ErasePage
          {...{ site }}
          erasure={erasures.current}
          confirmMistake={mistake}
        />,
        { status: 400 },
      );
    })
    .post("/settings/erase/forget", ({ site }) => {
      erasures.forget();
      return redirectTo(site.urls.erase, 303);
    });
