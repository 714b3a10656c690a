import { Elysia } from "elysia";
import { SettingsGeneralPage } from "../../views/settings/settings-general.tsx";
import type { Site } from "../../views/site.ts";
import { isAdmin } from "../account/viewer.ts";
import { pages } from "./pages.ts";
import {
  readGeneralSettings,
  type GeneralSettingsDeps,
} from "../ops/general-settings.ts";

/** `GET /settings`: how the server is set up. It is changed where the server is started. */
export const generalSettingsRoutes = (
  deps: GeneralSettingsDeps & { readonly now: () => number },
  site: Site,
) =>
  new Elysia()
    .use(pages(site))
    .get("/settings", async ({ page, request, site }) => {
      const settings = await readGeneralSettings(deps, isAdmin(site.viewer));
      const { origin } = new URL(request.url);
      const now = deps.now();
      return page(<SettingsGeneralPage {...{ site, settings, origin, now }} />);
    });
