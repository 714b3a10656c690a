import type { Asked } from "./asked.ts";
import { page, type Page } from "../http/page.ts";
import { SettingsGeneralPage } from "../../views/settings/settings-general.tsx";
import { isAdmin } from "../account/viewer.ts";
import {
  readGeneralSettings,
  type GeneralSettingsDeps,
} from "../ops/general-settings.ts";

/** `/settings`: how the server is set up. Changes are made where it is started. */
export const generalSettingsHandler =
  (deps: GeneralSettingsDeps & { readonly now: () => number }) =>
  async ({ request, site }: Asked): Promise<Page> => {
    const settings = await readGeneralSettings(deps, isAdmin(site.viewer));
    const { origin } = new URL(request.url);
    const now = deps.now();
    return page(<SettingsGeneralPage {...{ site, settings, origin, now }} />);
  };
