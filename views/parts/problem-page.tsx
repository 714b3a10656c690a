import { Layout } from "./layout.tsx";
import { LoginFrame } from "../sign-in/login-frame.tsx";
import type { Way } from "../../src/http/problem.ts";
import type { Site } from "../site.ts";
import { attribute } from "./values.tsx";

/** Why a request was not answered as asked, in words of ours only. */
export function ProblemPage({
  site,
  status,
  title,
  detail,
  way,
}: {
  readonly site: Site;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly way: Way;
}) {
  return (
    <Layout site={site} title={title}>
      <section class="problem">
        <p class="problem-status">{status}</p>
        <h1 safe>{title}</h1>
        <p safe>{detail}</p>
        <WayOn way={way} />
      </section>
    </Layout>
  );
}

function WayOn({ way: { href, words } }: { readonly way: Way }) {
  return (
    <p>
      <a class="button" href={attribute(href)} safe>
        {words}
      </a>
    </p>
  );
}

/** For those who haven't signed in: it tells nothing of the installation. */
export function StrangerPage({
  site,
  title,
  detail,
  way,
}: {
  readonly site: Site;
  readonly title: string;
  readonly detail: string;
  readonly way: Way;
}) {
  return (
    <LoginFrame site={site} title={title}>
      <p safe>{detail}</p>
      <WayOn way={way} />
    </LoginFrame>
  );
}

/** For requests from elsewhere where nobody signs in: it tells nothing of the installation and loads nothing. */
export function OutsiderPage({
  title,
  detail,
}: {
  readonly title: string;
  readonly detail: string;
}) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title safe>{`${title} · smsledger`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
      </head>
      <body>
        <main id="main">
          <h1 safe>{title}</h1>
          <p safe>{detail}</p>
        </main>
      </body>
    </html>
  );
}
