import { mayChange } from "../../src/messages/saved-views.ts";
import type { SavedView } from "../../src/store/views.ts";
import { Layout } from "../parts/layout.tsx";
import { Ago } from "../parts/time.tsx";
import { shortened } from "../parts/values.tsx";
import type { Site } from "../site.ts";

const FILTER_SHOWN = 120;

/** The views that a viewer sees. */
export function ViewsPage({
  site,
  list,
  now,
}: {
  readonly site: Site;
  readonly list: readonly SavedView[];
  readonly now: number;
}) {
  const { urls } = site;
  return (
    <Layout site={site} title="Saved views" section="messages">
      <nav class="crumbs" aria-label="Back">
        <a href={urls.messages()}>← Messages</a>
      </nav>
      <div class="page-head">
        <h1>Saved views</h1>
      </div>
      {list.length === 0 ? (
        <div class="empty">
          <h2>No saved views</h2>
          <p>
            Filter the messages, and choose “Save this view” above the list.
          </p>
          <a class="button" href={urls.messages()}>
            Messages
          </a>
        </div>
      ) : (
        <table class="list saved-views">
          <thead>
            <tr>
              <th scope="col">View</th>
              <th scope="col" class="col-whose">
                Whose
              </th>
              <th scope="col" class="col-when">
                Changed
              </th>
              <th scope="col" class="col-edit">
                <span class="visually-hidden">Edit</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {list.map((view) => (
              <Row site={site} view={view} now={now} />
            ))}
          </tbody>
        </table>
      )}
    </Layout>
  );
}

function Row({
  site: { urls, viewer },
  view,
  now,
}: {
  readonly site: Site;
  readonly view: SavedView;
  readonly now: number;
}) {
  const { id, name, filter, ownerId } = view;
  return (
    <tr>
      <td>
        <a class="row-link" href={urls.view(id)}>
          <bdi safe>{name}</bdi>
        </a>
        <p class="view-filter">
          <bdi class="mono" safe>
            {shortened(filter, FILTER_SHOWN)}
          </bdi>
        </p>
      </td>
      <td class="col-whose">{ownerId === null ? "The team’s" : "Mine"}</td>
      <td class="col-when">
        <Ago at={view.changedAt ?? view.createdAt} now={now} />
        <span class="by">
          {" "}
          by <bdi safe>{view.changedBy ?? view.createdBy}</bdi>
        </span>
      </td>
      <td class="col-edit">
        {mayChange(view, viewer) ? (
          <a href={urls.viewEdit(id)}>
            Edit<span class="visually-hidden" safe>{` ${name}`}</span>
          </a>
        ) : (
          ""
        )}
      </td>
    </tr>
  );
}
