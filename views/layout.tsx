import type { Children } from "@kitajs/html";
import type { Site } from "./site.ts";

export type Section = "messages" | "errors";

/** htmx: no style of its own in the page, requests to this server only. */
const HTMX_CONFIG = JSON.stringify({
  includeIndicatorCSS: false,
  mode: "same-origin",
});

/** The frame of every page: head, navigation, banner, footer. */
export function Layout({
  site,
  title,
  section,
  children,
}: {
  readonly site: Site;
  readonly title: string;
  readonly section?: Section | undefined;
  readonly children: Children;
}) {
  const { urls } = site;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title safe>{`${title} · smsledger`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content={HTMX_CONFIG} />
        <link
          rel="icon"
          type="image/svg+xml"
          href={urls.asset("favicon.svg")}
        />
        <link rel="stylesheet" href={urls.asset("style.css")} />
        <script src={urls.asset("htmx.js")} defer></script>
        <script src={urls.asset("page.js")} defer></script>
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="top">
          <div class="wrap">
            <a class="name" href={urls.messages()}>
              <img
                src={urls.asset("favicon.svg")}
                alt=""
                width="20"
                height="20"
              />
              smsledger
            </a>
            <nav aria-label="Pages">
              <NavLink
                label="Messages"
                href={urls.messages()}
                current={section === "messages"}
              />
              <NavLink
                label="Errors"
                href={urls.errors()}
                current={section === "errors"}
              />
            </nav>
          </div>
        </header>
        {site.hasAuthToken ? "" : <NoTokenBanner />}
        <p id="notice" class="notice" role="alert" hidden></p>
        <main id="main" class="wrap" tabindex="-1">
          {children}
        </main>
        <footer class="bottom">
          <div class="wrap">
            <span safe>{`smsledger ${site.version}`}</span>
            <span>Times are UTC. Point at one for your own time.</span>
          </div>
        </footer>
      </body>
    </html>
  );
}

function NavLink({
  label,
  href,
  current,
}: {
  readonly label: string;
  readonly href: string;
  readonly current: boolean;
}) {
  return (
    <a href={href} aria-current={current ? "page" : undefined} safe>
      {label}
    </a>
  );
}

/** On every page while no auth token is set: what that means, and what to do. */
function NoTokenBanner() {
  return (
    <aside class="banner" aria-label="Setup">
      <div class="wrap">
        <strong>No auth token is set.</strong> Callbacks are answered 503 until{" "}
        <code>TWILIO_WEBHOOK_AUTH_TOKEN</code> is set. Copy the auth token from
        the Twilio Console, put it into that environment variable (or into a
        file that <code>TWILIO_WEBHOOK_AUTH_TOKEN_FILE</code> names), and
        restart smsledger.
      </div>
    </aside>
  );
}
