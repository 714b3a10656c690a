import type { SavedView } from "../../src/store/views.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Layout } from "../parts/layout.tsx";
import type { Site } from "../site.ts";

/** Asks for confirmation before removing a saved view. */
export function RemoveViewPage({
  site,
  view: { id, name, ownerId },
}: {
  readonly site: Site;
  readonly view: SavedView;
}) {
  const { urls } = site;
  return (
    <Layout site={site} title="Remove a view" section="messages">
      <nav class="crumbs" aria-label="Back">
        <a href={urls.viewEdit(id)}>← The view</a>
      </nav>
      <div class="page-head">
        <h1>Remove a view</h1>
      </div>
      <form class="settings-form" method="post" action={urls.viewRemove(id)}>
        <FormToken site={site} />
        <p>
          <b>
            <bdi safe>{name}</bdi>
          </b>{" "}
          {ownerId === null
            ? "is removed for the whole team."
            : "is removed. Only you see it."}{" "}
          No message is deleted.
        </p>
        <p class="form-buttons">
          <button class="button-danger">Remove it</button>
          <a class="button" href={urls.viewEdit(id)}>
            Keep it
          </a>
        </p>
      </form>
    </Layout>
  );
}
