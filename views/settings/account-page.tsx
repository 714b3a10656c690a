import { Mistake } from "../sign-in/login-frame.tsx";
import { PASSWORD_MIN } from "../../src/account/passwords.ts";
import type { Viewer } from "../../src/account/viewer.ts";
import type { SessionRow } from "../../src/store/accounts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import type { Site } from "../site.ts";
import { Ago } from "../parts/time.tsx";
import { attribute } from "../parts/values.tsx";

export type AccountPageProps = {
  readonly site: Site;
  readonly viewer: Viewer;
  readonly sessions: readonly SessionRow[];
  /** What was just done, or why it wasn't, as a sentence. */
  readonly said?: string | undefined;
  readonly mistake?: string | undefined;
  readonly now: number;
};

/** What users can change about their own account. */
export function AccountPage(props: AccountPageProps) {
  const { site, viewer, said } = props;
  return (
    <SettingsFrame site={site} section="account" title="Your account">
      <p class="lead">
        You are signed in as{" "}
        <b>
          <bdi safe>{viewer.name}</bdi>
        </b>
        , {viewer.role === "admin" ? "an admin" : "a member"}.
        {viewer.canSignOut
          ? ""
          : " The proxy in front of smsledger signed you in; sign out there."}
      </p>
      {viewer.isPasswordTemporary ? (
        <p class="said warns" role="status">
          <b>First, choose your own password.</b> Someone else created the one
          that you signed in with.
        </p>
      ) : (
        ""
      )}
      {said === undefined ? (
        ""
      ) : (
        <p class="said" role="status" safe>
          {said}
        </p>
      )}
      {viewer.canSignOut ? (
        <>
          <PasswordForm {...props} />
          {viewer.isPasswordTemporary ? "" : <Sessions {...props} />}
        </>
      ) : (
        ""
      )}
    </SettingsFrame>
  );
}

function PasswordForm({ site, viewer, mistake }: AccountPageProps) {
  return (
    <form
      class="settings-form"
      method="post"
      action={site.urls.accountPassword}
    >
      <h2>Change your password</h2>
      <FormToken site={site} />
      <Mistake words={mistake} />
      <input
        type="text"
        name="username"
        value={attribute(viewer.name)}
        autocomplete="username"
        readonly
        hidden
      />
      <label for="current">Current password</label>
      <input
        id="current"
        name="current"
        type="password"
        required
        autocomplete="current-password"
      />
      <label for="password">New password</label>
      <input
        id="password"
        name="password"
        type="password"
        required
        minlength={PASSWORD_MIN}
        autocomplete="new-password"
        aria-describedby="password-hint"
      />
      <p id="password-hint" class="hint">
        {`${PASSWORD_MIN} characters or more; a passphrase works well. Your other sessions end.`}
      </p>
      <label for="repeat">Repeat the new password</label>
      <input
        id="repeat"
        name="repeat"
        type="password"
        required
        autocomplete="new-password"
      />
      <button class="button-primary">Change the password</button>
    </form>
  );
}

function Sessions({ site, viewer, sessions, now }: AccountPageProps) {
  const { urls } = site;
  return (
    <section>
      <h2>Your sessions</h2>
      <table class="list sessions">
        <thead>
          <tr>
            <th scope="col">Browser</th>
            <th scope="col" class="col-where">
              Signed in from
            </th>
            <th scope="col" class="col-seen">
              Last used
            </th>
            <th scope="col" class="col-do">
              <span class="visually-hidden">End</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sessions.map(({ id, device, address, createdAt, lastUsedAt }) => (
            <tr>
              <td>
                <span safe>{device}</span>
                {id === viewer.sessionId ? (
                  <span class="badge">this one</span>
                ) : (
                  ""
                )}
                <span class="narrow-only">
                  Signed in from <span safe>{address ?? "unknown"}</span>,{" "}
                  <Ago at={createdAt} now={now} />; last used{" "}
                  <Ago at={lastUsedAt} now={now} />
                </span>
              </td>
              <td class="col-where">
                <span safe>{address ?? "unknown"}</span>,{" "}
                <Ago at={createdAt} now={now} />
              </td>
              <td class="col-seen">
                <Ago at={lastUsedAt} now={now} />
              </td>
              <td class="col-do">
                {id === viewer.sessionId ? (
                  ""
                ) : (
                  <form method="post" action={urls.sessionEnd(id)}>
                    <FormToken site={site} />
                    <button class="button-small" aria-label={`End ${device}`}>
                      End
                    </button>
                  </form>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {sessions.length > 1 ? (
        <form class="results-foot" method="post" action={urls.otherSessionsEnd}>
          <FormToken site={site} />
          <button>End all others</button>
        </form>
      ) : (
        ""
      )}
    </section>
  );
}
