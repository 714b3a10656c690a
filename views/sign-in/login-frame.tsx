import type { Children } from "@kitajs/html";
import type { Site } from "../site.ts";

/**
 * The frame of the pages before somebody is signed in: it tells nothing of the
 * installation, not even its version.
 */
export function LoginFrame({
  site: { urls },
  title,
  children,
}: {
  readonly site: Site;
  readonly title: string;
  readonly children: Children;
}) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title safe>{`${title} · smsledger`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <script src={urls.asset("theme.js")}></script>
        <link
          rel="icon"
          type="image/svg+xml"
          href={urls.asset("favicon.svg")}
        />
        <link rel="stylesheet" href={urls.asset("style.css")} />
      </head>
      <body>
        <main id="main" class="door">
          <p class="name">
            <img
              src={urls.asset("favicon.svg")}
              alt=""
              width="24"
              height="24"
            />
            <span>smsledger</span>
          </p>
          <div class="door-card">
            <h1 safe>{title}</h1>
            {children}
          </div>
        </main>
      </body>
    </html>
  );
}

/** Why what was sent was not done, as a sentence; nothing when it was. */
export function Mistake({ words }: { readonly words: string | undefined }) {
  if (words === undefined) return "";
  return (
    <p class="mistake" role="alert" safe>
      {words}
    </p>
  );
}
