import { isAdmin } from "../../src/account/viewer.ts";
import { shownFilter, shownUrl } from "../../src/forwarding/shown-endpoint.ts";
import type { Endpoint } from "../../src/store/endpoints.ts";
import { countWords } from "../../src/words/amounts.ts";
import { minuteWords } from "../../src/words/times.ts";
import { Ago, When } from "../parts/time.tsx";
import type { Urls } from "../../src/site/urls.ts";
import type { Site } from "../site.ts";

/** An endpoint's settings. Its URL may be a secret, so members see only the host. */
export function EndpointFacts({
  site,
  endpoint,
  now,
}: {
  readonly site: Site;
  readonly endpoint: Endpoint;
  readonly now: number;
}) {
  const { urls, viewer } = site;
  const canChange = isAdmin(viewer);
  const { id, events, previousUntil } = endpoint;
  const reader = { canChange, masksNumbers: site.masksNumbers };
  return (
    <aside class="facts" aria-label="Settings of this endpoint">
      <h2>Settings</h2>
      <dl>
        <dt>URL</dt>
        <dd>
          <bdi class="mono" safe>
            {shownUrl(endpoint.url, reader)}
          </bdi>
        </dd>
        <dt>Filter</dt>
        <dd>
          <Filter urls={urls} filter={shownFilter(endpoint.filter, reader)} />
        </dd>
        <dt>Events</dt>
        <dd>
          {events === null
            ? "all"
            : events.map((type) => (
                <span class="tag" safe>
                  {type}
                </span>
              ))}
        </dd>
        <dt>Rate</dt>
        <dd safe>{`up to ${countWords(endpoint.ratePerSecond)} per second`}</dd>
        <dt>At once</dt>
        <dd safe>{`up to ${endpoint.concurrency}`}</dd>
        <dt>Secret</dt>
        <dd>
          <code>whsec_…</code>
          {previousUntil !== undefined && previousUntil > now ? (
            <span class="hint" safe>
              {` The one before is valid, too, until ${minuteWords(previousUntil)} UTC.`}
            </span>
          ) : (
            ""
          )}
        </dd>
        <dt>Added</dt>
        <dd>
          <Ago at={endpoint.createdAt} now={now} /> by{" "}
          <bdi safe>{endpoint.createdBy}</bdi>
        </dd>
        {endpoint.state === "active" ? (
          ""
        ) : (
          <>
            <dt>{endpoint.state === "paused" ? "Paused" : "Disabled"}</dt>
            <dd>
              <When at={endpoint.stateChangedAt} now={now} />
            </dd>
          </>
        )}
      </dl>
      {canChange ? (
        <p class="facts-links">
          <a href={urls.endpointRotate(id)}>Rotate the secret…</a>
          <a href={urls.endpointRemove(id)}>Remove this endpoint…</a>
        </p>
      ) : (
        ""
      )}
    </aside>
  );
}

/** It leads to the messages that match it now. */
function Filter({
  urls,
  filter,
}: {
  readonly urls: Urls;
  /** Undefined if it names numbers that the viewer sees masked. */
  readonly filter: string | undefined;
}) {
  if (filter === undefined)
    return <span class="none">names numbers, so only admins see it</span>;
  if (filter === "") return <>none: every message</>;
  return (
    <a href={urls.messages({ q: filter })}>
      <bdi class="mono" safe>
        {filter}
      </bdi>
    </a>
  );
}
