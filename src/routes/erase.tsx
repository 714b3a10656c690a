import type { Asked } from "./asked.ts";
import { page } from "../http/page.ts";
import { ErasePage } from "../../views/settings/settings-erase.tsx";
import { fieldOf } from "../http/form-body.ts";
import { requesterOf } from "../account/viewer.ts";
import { redirectTo } from "../http/responses.ts";
import { addressToErase } from "../phone/erased-number.ts";
import type { Erasures } from "../upkeep/erasures.ts";

export const NO_ADDRESS =
  "Enter the whole number with a plus sign and its country code, such as +14155550123, or a user ID or name as shown on the pages.";

/**
 * `/settings/erase`: removes a person from everything that is stored. What to erase is never
 * part of a URL, as URLs end up in logs and histories.
 */
export const eraseHandlers = (erasures: Erasures) => ({
  show: ({ site }: Asked) =>
    page(<ErasePage {...{ site }} erasure={erasures.current} />),
  search: ({ site, body }: Asked) => {
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
  },
  confirm: async ({ request, site, body }: Asked) => {
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
  },
  forget: ({ site }: Asked) => {
    erasures.forget();
    return redirectTo(site.urls.erase, 303);
  },
});
