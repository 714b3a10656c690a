import { isAdmin } from "../../src/account/viewer.ts";
import type { ViewForm } from "../../src/messages/saved-views.ts";
import { VIEW_NAME_MAX, type SavedView } from "../../src/store/views.ts";
import { FilterBox } from "../messages/filter-box.tsx";
import { FormToken } from "../parts/form-token.tsx";
import { Layout } from "../parts/layout.tsx";
import { When } from "../parts/time.tsx";
import { attribute } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { WhoseChoice } from "./view-tabs.tsx";

type ViewProps = {
  readonly site: Site;
  /** As it's stored; undefined for a new one. */
  readonly view: SavedView | undefined;
  readonly form: ViewForm;
  readonly once: string;
  readonly now: number;
};

/** The form of a saved view. */
export function ViewPage(props: ViewProps) {
  const { site, view } = props;
  const { urls } = site;
  const title = view === undefined ? "Save a view" : "Edit a view";
  return (
    <Layout
      site={site}
      title={title}
      section="messages"
      scripts={["messages.js"]}
    >
      <nav class="crumbs" aria-label="Back">
        <a href={urls.views}>← Saved views</a>
      </nav>
      <div class="page-head">
        <h1>{title}</h1>
      </div>
      <Fields {...props} />
      {view === undefined ? "" : <MoreWithView site={site} view={view} />}
    </Layout>
  );
}

function Fields({ site, view, form, once, now }: ViewProps) {
  const { urls } = site;
  const action = view === undefined ? urls.views : urls.viewEdit(view.id);
  return (
    <form class="settings-form view-form" method="post" action={action}>
      <FormToken site={site} />
      {view === undefined ? (
        <input type="hidden" name="once" value={once} />
      ) : (
        <input type="hidden" name="revision" value={String(view.revision)} />
      )}
      {form.mistakes.length === 0 ? (
        ""
      ) : (
        <ul class="mistakes" role="alert">
          {form.mistakes.map((sentence) => (
            <li safe>{sentence}</li>
          ))}
        </ul>
      )}
      <Stored view={view} form={form} now={now} />
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        value={attribute(form.name)}
        maxlength={VIEW_NAME_MAX}
        required
        autocomplete="off"
      />
      <label for="filter-q">Filter</label>
      <FilterBox urls={urls} q={form.q} describedBy="filter-hint" />
      <p id="filter-hint" class="hint">
        A time such as <code>after:7d</code> moves on: the view then always
        shows the last seven days.
      </p>
      {view === undefined ? (
        <WhoseChoice site={site} isTeams={form.isTeams} />
      ) : (
        <p class="hint">
          {form.isTeams ? "The whole team sees it." : "Only you see it."}
        </p>
      )}
      <label class="choice">
        <input
          type="checkbox"
          name="digest"
          value="1"
          checked={form.inDigest}
        />
        <span>
          Count its messages in{" "}
          {form.isTeams ? "everyone’s digest" : "my digest"}
        </span>
      </label>
      <p class="form-buttons">
        <button class="button-primary">Save</button>
      </p>
    </form>
  );
}

/** What is stored, where it isn't what the form shows: someone else changed it. */
function Stored({ view, form, now }: Pick<ViewProps, "view" | "form" | "now">) {
  const isSame = view?.name === form.name && view?.filter === form.q;
  if (view?.changedBy == null || view.changedAt === null || isSame) return "";
  return (
    <p class="hint">
      As saved by <bdi safe>{view.changedBy}</bdi>{" "}
      <When at={view.changedAt} now={now} />:{" "}
      <b>
        <bdi safe>{view.name}</bdi>
      </b>
      ,{" "}
      <bdi class="mono" safe>
        {view.filter}
      </bdi>
    </p>
  );
}

function MoreWithView({
  site,
  view: { id, filter },
}: {
  readonly site: Site;
  readonly view: SavedView;
}) {
  const { urls, viewer } = site;
  return (
    <p class="form-buttons view-more">
      <a class="button" href={urls.view(id)}>
        Open it
      </a>
      {isAdmin(viewer) ? (
        <a class="button" href={urls.alertRuleNew({ q: filter })}>
          Alert me on this
        </a>
      ) : (
        ""
      )}
      <a class="button" href={urls.viewRemove(id)}>
        Remove…
      </a>
    </p>
  );
}
