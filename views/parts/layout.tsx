import type { ShownMessage } from "../../src/live/hub.ts";
import type { FeedPosition } from "../../src/store/feed-position.ts";
import type { Children } from "@kitajs/html";
import { faviconFor, type AssetName } from "../../src/http/assets.ts";
import { KeysDialog } from "./keys-dialog.tsx";
import { Live } from "./live.tsx";
import { PagesNav, type Section } from "./layout-nav.tsx";
import { SearchField } from "../search/search-field.tsx";
import { SignedIn } from "./layout-viewer.tsx";
import { AlertsBanner } from "../alerts/alerts-banner.tsx";
import { RefusalsBanner } from "../refusals/refusals-banner.tsx";
import { isOfTeam, type Site } from "../site.ts";
import { ThemeButton } from "./theme-button.tsx";

/**
 * htmx: no style of its own in the page, requests to this server only, one extension.
 * live.js decides when a page in the background stops its event stream.
 */
const HTMX_CONFIG = JSON.stringify({
  includeIndicatorCSS: false,
  mode: "same-origin",
  extensions: "sse",
  // What is new on a page works at once: until it has settled a click would load the page.
  defaultSettleDelay: 0,
  sse: {
    pauseOnBackground: false,
    reconnectDelay: 1_000,
    reconnectMaxDelay: 15_000,
  },
});

export type LayoutProps = {
  readonly site: Site;
  readonly title: string;
  readonly section?: Section | undefined;
  /** The latest event's id when the page was made. With it the page hears what is recorded after. */
  readonly live?: FeedPosition | undefined;
  /** The page is the search itself. */
  readonly hasOwnSearch?: boolean;
  /** The message that the page is about; it also hears of what isn't in the feed. */
  readonly liveMessage?: ShownMessage | undefined;
  /** The page's own scripts. They run before htmx starts, so that they miss none of its events. */
  readonly scripts?: readonly AssetName[];
  readonly children: Children;
};

/** The frame of every page: head, navigation, banner, footer. */
export function Layout(props: LayoutProps) {
  const { site, section, children } = props;
  return (
    <html lang="en">
      <Head {...props} />
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <div class="progress" aria-hidden="true"></div>
        <Top {...props} />
        {site.canVerify ? "" : <NoTokenBanner />}
        <AlertsBanner site={site} />
        {section === "refusals" ? "" : <RefusalsBanner site={site} />}
        <p id="notice" class="notice" role="alert" hidden></p>
        <main id="main" class="wrap" tabindex="-1">
          {children}
        </main>
        <Bottom version={site.version} />
        <p id="said" class="visually-hidden" role="status"></p>
        <KeysDialog />
      </body>
    </html>
  );
}

function Head({ site, title, live, scripts = [] }: LayoutProps) {
  const { urls } = site;
  const icon = faviconFor(openAlertsOf(site));
  const allScripts: readonly AssetName[] = [
    "times.js",
    "page.js",
    "search.js",
    "trouble.js",
    ...(live === undefined ? [] : (["live.js"] as const)),
    ...scripts,
    "htmx.js",
  ];
  return (
    <head>
      <meta charset="utf-8" />
      <title safe>{`${title} · smsledger`}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="htmx-config" content={HTMX_CONFIG} />
      <script src={urls.asset("theme.js")}></script>
      <link
        id="favicon"
        rel="icon"
        type="image/svg+xml"
        href={urls.asset(icon)}
        data-alert={urls.asset(
          icon === "favicon.svg" ? "favicon-alert.svg" : icon,
        )}
      />
      <link rel="stylesheet" href={urls.asset("style.css")} />
      {allScripts.map((name) => (
        <script src={urls.asset(name)} defer></script>
      ))}
    </head>
  );
}

/** How many alerts are open; only the team is told. */
function openAlertsOf(site: Site): number {
  return isOfTeam(site) ? site.openAlerts().length : 0;
}

/** The name, the navigation, and the tools. */
function Top({ site, section, live, liveMessage, hasOwnSearch }: LayoutProps) {
  const { urls, viewer } = site;
  return (
    <header class="top">
      <div class="wrap">
        <a class="name" href={urls.overview()}>
          <img src={urls.asset("favicon.svg")} alt="" width="20" height="20" />
          <span>smsledger</span>
        </a>
        <PagesNav {...{ urls, section }} alerts={openAlertsOf(site)} />
        {hasOwnSearch || !isOfTeam(site) ? "" : <SearchField urls={urls} />}
        <div class="top-tools">
          {live === undefined ? (
            ""
          ) : (
            <Live site={site} after={live} message={liveMessage} />
          )}
          <ThemeButton />
          <button
            type="button"
            class="tool keys-button"
            aria-haspopup="dialog"
            aria-keyshortcuts="?"
            title="Keyboard shortcuts (?)"
            data-opens="keys"
          >
            <kbd aria-hidden="true">?</kbd>
            <span class="visually-hidden">Keyboard shortcuts</span>
          </button>
          {viewer === undefined ? "" : <SignedIn urls={urls} viewer={viewer} />}
        </div>
      </div>
    </header>
  );
}

function Bottom({ version }: { readonly version: string }) {
  return (
    <footer class="bottom">
      <div class="wrap">
        <span safe>{`smsledger ${version}`}</span>
        <span>
          Times are UTC.{" "}
          <span class="pointing">Point at one for your own time.</span>
          <span class="tapping">Tap one for your own time.</span>
        </span>
        <span id="printed" class="print-only"></span>
      </div>
    </footer>
  );
}

/** On every page while nothing is set that could verify a callback: what that means, and what to do. */
function NoTokenBanner() {
  return (
    <aside class="banner" aria-label="Setup">
      <div class="wrap">
        <strong>No auth token is set.</strong> Callbacks are answered 503 until{" "}
        <code>TWILIO_WEBHOOK_AUTH_TOKEN</code> is set. Copy the auth token from
        the Twilio Console, put it into that environment variable (or into a
        file that <code>TWILIO_WEBHOOK_AUTH_TOKEN_FILE</code> names), and
        restart smsledger. If Twilio signs with a shared key, set{" "}
        <code>TWILIO_WEBHOOK_SHARED_KEYS</code> instead.
      </div>
    </aside>
  );
}
