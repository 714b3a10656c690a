import { NAME_MAX } from "../../src/account/user-name.ts";
import { PASSWORD_MIN } from "../../src/account/passwords.ts";
import { LoginFrame, Mistake } from "./login-frame.tsx";
import type { Site } from "../site.ts";
import { attribute } from "../parts/values.tsx";

export type SetupUserForm = {
  readonly code: string;
  readonly name: string;
  /** Why no user was made, as a sentence. */
  readonly mistake?: string | undefined;
};

/** Makes the first user, for who has the link of the log. */
export function SetupUserPage({
  site,
  form: { code, name, mistake },
}: {
  readonly site: Site;
  readonly form: SetupUserForm;
}) {
  return (
    <LoginFrame site={site} title="Make the first user">
      <form method="post" action={site.urls.setup()}>
        <p class="hint">
          The first user is an admin and can add others. This link works once.
        </p>
        <input type="hidden" name="code" value={attribute(code)} />
        <Mistake words={mistake} />
        <label for="name">Name</label>
        <input
          id="name"
          name="name"
          value={attribute(name)}
          required
          maxlength={NAME_MAX}
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          autofocus
        />
        <label for="password">Password</label>
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
          {`${PASSWORD_MIN} characters or more; a passphrase works well.`}
        </p>
        <label for="repeat">Repeat the password</label>
        <input
          id="repeat"
          name="repeat"
          type="password"
          required
          autocomplete="new-password"
        />
        <button class="button-primary">Make the user and sign in</button>
      </form>
    </LoginFrame>
  );
}

/** For who comes without the link, or with an old one. */
export function SetupLinkPage({
  site,
  isOld,
}: {
  readonly site: Site;
  readonly isOld: boolean;
}) {
  return (
    <LoginFrame site={site} title="Set up smsledger">
      {isOld ? (
        <p class="mistake" role="alert">
          This link has been replaced: each start creates a new one.
        </p>
      ) : (
        ""
      )}
      <p>
        There are no users yet. The link for creating the first one is in the
        server’s log: look for <code>/setup?code=</code> since its last start.
      </p>
      <p>
        Or run this where smsledger runs, with the same{" "}
        <code>DATABASE_URL</code>:
      </p>
      <p>
        <code>smsledger user add YOUR-NAME --role admin</code>
      </p>
      <p class="hint">Callbacks are recorded in the meantime.</p>
    </LoginFrame>
  );
}
