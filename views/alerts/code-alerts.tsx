import { isAdmin } from "../../src/account/viewer.ts";
import { NOTE_MAX, type MutedCode } from "../../src/store/alerts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Ago } from "../parts/time.tsx";
import type { Site } from "../site.ts";

/** On an error code's page: a rule for it, and muting it. */
export function CodeAlerts({
  site,
  code,
  muted,
  now,
}: {
  readonly site: Site;
  readonly code: number;
  readonly muted: MutedCode | undefined;
  readonly now: number;
}) {
  const { urls } = site;
  const q = `code:${code}`;
  return (
    <div class="code-alerts">
      {isAdmin(site.viewer) ? (
        <a
          class="button button-small"
          href={urls.alertRuleNew({ kind: "failure-rate", q })}
        >
          Alert me on this
        </a>
      ) : (
        ""
      )}
      {muted === undefined ? (
        <Mute {...{ site, code }} />
      ) : (
        <Muted {...{ site, code, muted, now }} />
      )}
    </div>
  );
}

function Mute({ site, code }: { readonly site: Site; readonly code: number }) {
  return (
    <details class="mute" id="mute">
      <summary>Mute as a new code</summary>
      <form class="alert-form" method="post" action={site.urls.codeMute(code)}>
        <FormToken site={site} />
        <label for="mute-note">
          Why <span class="hint">(optional)</span>
        </label>
        <input id="mute-note" name="note" maxlength={NOTE_MAX} />
        <button class="button-small">Mute it</button>
        <p class="hint">
          Then it raises no “new error code” alert. Other rules still count it.
        </p>
      </form>
    </details>
  );
}

function Muted({
  site,
  code,
  muted: { by, mutedAt, note },
  now,
}: {
  readonly site: Site;
  readonly code: number;
  readonly muted: MutedCode;
  readonly now: number;
}) {
  return (
    <form class="muted-code" method="post" action={site.urls.codeUnmute(code)}>
      <FormToken site={site} />
      <span>
        Muted by <bdi safe>{by}</bdi>, <Ago at={mutedAt} now={now} />
        {note === "" ? (
          ""
        ) : (
          <>
            : <bdi safe>{note}</bdi>
          </>
        )}
      </span>
      <button class="button-small">Unmute</button>
    </form>
  );
}
