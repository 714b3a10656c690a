import { isAdmin } from "../../src/account/viewer.ts";
import { mayChange } from "../../src/messages/saved-views.ts";
import { VIEW_NAME_MAX, type SavedView } from "../../src/store/views.ts";
import { FormToken } from "../parts/form-token.tsx";
import { LIST_SWAP } from "../parts/list-swap.ts";
import { attribute, shortened } from "../parts/values.tsx";
import type { Site } from "../site.ts";

/** Saved views as tabs above the list, and a form that saves its filter as one. */
export function ViewTabs({
  site,
  views,
  q,
  once,
}: {
  readonly site: Site;
  readonly views: readonly SavedView[];
  /** The list's filter; undefined if it has mistakes. */
  readonly q: string | undefined;
  readonly once: string;
}) {
  const { urls } = site;
  const current = views.find(({ filter }) => filter === q);
  const isUnsaved = q !== undefined && q !== "" && current === undefined;
  return (
    <div id="views" class="views">
      {views.length === 0 ? (
        ""
      ) : (
        <nav class="tabs" aria-label="Saved views">
          <Tab href={urls.messages()} name="All" isCurrent={q === ""} />
          {views.map((view) => (
            <Tab
              href={urls.messages({ q: view.filter })}
              name={view.name}
              title={view.filter}
              isCurrent={view === current}
            />
          ))}
        </nav>
      )}
      {isUnsaved ? <SaveForm site={site} q={q} once={once} /> : ""}
      {current !== undefined && mayChange(current, site.viewer) ? (
        <a class="view-tool" href={urls.viewEdit(current.id)}>
          Edit this view
        </a>
      ) : (
        ""
      )}
      {views.length > 0 && current === undefined && !isUnsaved ? (
        <a class="view-tool" href={urls.views}>
          Saved views
        </a>
      ) : (
        ""
      )}
    </div>
  );
}

function Tab({
  href,
  name,
  title = "",
  isCurrent,
}: {
  readonly href: string;
  readonly name: string;
  readonly title?: string;
  readonly isCurrent: boolean;
}) {
  return (
    <a
      href={href}
      title={title === "" ? undefined : attribute(shortened(title, 300))}
      aria-current={isCurrent ? "true" : undefined}
      hx-get={href}
      {...LIST_SWAP}
    >
      <bdi safe>{name}</bdi>
    </a>
  );
}

function SaveForm({
  site,
  q,
  once,
}: {
  readonly site: Site;
  readonly q: string;
  readonly once: string;
}) {
  return (
    <details class="save-view">
      <summary>Save this view</summary>
      <form method="post" action={site.urls.views} class="card">
        <FormToken site={site} />
        <input type="hidden" name="once" value={once} />
        <input type="hidden" name="q" value={attribute(q)} />
        <label for="view-name">Name</label>
        <input
          id="view-name"
          name="name"
          maxlength={VIEW_NAME_MAX}
          required
          autocomplete="off"
        />
        <WhoseChoice site={site} isTeams={false} />
        <button class="button-primary">Save</button>
      </form>
    </details>
  );
}

/** Whose a new view is. Where nobody signs in it's the team's, and members can only save their own. */
export function WhoseChoice({
  site: { viewer },
  isTeams,
}: {
  readonly site: Site;
  readonly isTeams: boolean;
}) {
  if (viewer === undefined || !isAdmin(viewer)) return "";
  return (
    <fieldset class="view-whose">
      <legend class="visually-hidden">Whose</legend>
      <label>
        <input type="radio" name="whose" value="mine" checked={!isTeams} />
        Only I see it
      </label>
      <label>
        <input type="radio" name="whose" value="team" checked={isTeams} />
        The whole team
      </label>
    </fieldset>
  );
}
