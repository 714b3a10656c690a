import type { AuditRow } from "../../src/store/audit.ts";
import { countWords } from "../../src/words/amounts.ts";
import { SettingsFrame } from "./settings-frame.tsx";
import type { Site } from "../site.ts";
import { utc } from "../../src/words/times.ts";

export type AuditPageProps = {
  readonly site: Site;
  readonly entries: readonly AuditRow[];
  /** Where the next page starts; undefined at the end. */
  readonly older: number | undefined;
  readonly isFirst: boolean;
};

/** Who signed in, and who changed and exported what. */
export function AuditPage({ site, entries, older, isFirst }: AuditPageProps) {
  const { urls } = site;
  return (
    <SettingsFrame site={site} section="audit" title="Audit">
      <p class="lead">
        Sign-ins, changes, exports, and reads through the API, latest first.
        Repeated ones on one day, except changes, share an entry. For 400 days,
        the latest 5,000 entries of each kind (changes, sign-ins, wrong
        passwords, reads and exports) are kept.
      </p>
      {entries.length === 0 ? (
        <div class="empty">
          <h2>{isFirst ? "Nothing yet" : "Nothing here"}</h2>
          {isFirst ? (
            <p>
              Sign-ins, changes, exports, and reads through the API appear here.
            </p>
          ) : (
            <p>
              <a href={urls.audit()}>Go to the latest</a>
            </p>
          )}
        </div>
      ) : (
        <Entries entries={entries} />
      )}
      <nav class="pager results-foot" aria-label="Pages of the audit list">
        {isFirst ? (
          ""
        ) : (
          <a class="button" href={urls.audit()}>
            Latest
          </a>
        )}
        {older === undefined ? (
          ""
        ) : (
          <a id="older" class="button" rel="next" href={urls.audit({ older })}>
            Older →
          </a>
        )}
      </nav>
    </SettingsFrame>
  );
}

function Entries({ entries }: Pick<AuditPageProps, "entries">) {
  return (
    <table class="list audit">
      <thead>
        <tr>
          <th scope="col" class="col-when">
            When
          </th>
          <th scope="col">Who did what</th>
          <th scope="col" class="col-where">
            From
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map(
          ({ at, actor, action, subject, address, times, firstAt }) => (
            <tr>
              <td class="col-when">
                <time datetime={new Date(at).toISOString()} safe>
                  {utc(at)}
                </time>
              </td>
              <td>
                <b>
                  <bdi safe>{actor}</bdi>
                </b>{" "}
                <span safe>{action}</span> <bdi safe>{subject}</bdi>
                {times === 1 ? (
                  ""
                ) : (
                  <span class="repeated" safe>
                    {` ${countWords(times)} times since ${utc(firstAt)}`}
                  </span>
                )}
                {address === null ? (
                  ""
                ) : (
                  <span class="narrow-only" safe>{`From ${address}`}</span>
                )}
              </td>
              <td class="col-where" safe>
                {address ?? ""}
              </td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}
