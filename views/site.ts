import { viewerOf, type Viewer } from "../src/account/viewer.ts";
import type { SignIn } from "../src/config/settings.ts";
import type { Urls } from "../src/site/urls.ts";
import type { ToldAlert } from "../src/alerts/told-alerts.ts";

/** What every page needs to know of the installation it belongs to. */
export type Site = {
  readonly urls: Urls;
  readonly version: string;
  /** False: no callback can be proven yet, and every page says so. */
  readonly canVerify: boolean;
  /** Numbers are shown masked: links name them by their id. */
  readonly masksNumbers: boolean;
  /** How many callbacks of the last hour were refused for a reason that the team can fix. */
  readonly fixableRefusals: () => number;
  /** Alerts that are firing, acknowledged or snoozed, most urgent first; a few seconds old at most. */
  readonly openAlerts: () => readonly ToldAlert[];
  /** How users prove who they are. */
  readonly signIn: SignIn;
  /** Who looks; undefined before they signed in, or where nobody has to. */
  readonly viewer?: Viewer | undefined;
};

/** Reports whether the one who looks belongs to the team, and may read what is stored. */
export function isOfTeam({ viewer, signIn }: Site): boolean {
  return viewer !== undefined || signIn === "none";
}

/** The site as the one who sent `request` is to see it. */
export function siteFor(site: Site, request: Request): Site {
  return { ...site, viewer: viewerOf(request) };
}
