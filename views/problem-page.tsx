import { Layout } from "./layout.tsx";
import type { Site } from "./site.ts";

/** Why a request was not answered as asked, in words of ours only. */
export function ProblemPage({
  site,
  status,
  title,
  detail,
}: {
  readonly site: Site;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}) {
  return (
    <Layout site={site} title={title}>
      <section class="problem">
        <p class="problem-status">{status}</p>
        <h1 safe>{title}</h1>
        <p safe>{detail}</p>
        <p>
          <a class="button" href={site.urls.messages()}>
            Go to the messages
          </a>
        </p>
      </section>
    </Layout>
  );
}

/** For those who may see nothing: it tells nothing of the installation and loads nothing. */
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
