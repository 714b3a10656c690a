import { Mistake } from "../sign-in/login-frame.tsx";
import type { Role } from "../../src/store/accounts.ts";
import { PASSWORD_MIN } from "../../src/account/passwords.ts";
import { NAME_MAX } from "../../src/account/user-name.ts";
import type { UserRow } from "../../src/store/accounts.ts";
import { Copyable } from "../parts/copyable.tsx";
import { FormToken } from "../parts/form-token.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import type { Site } from "../site.ts";
import { Ago } from "../parts/time.tsx";
import { attribute } from "../parts/values.tsx";

export type UserForm = {
  readonly name: string;
  readonly role: Role;
  /** A generated one, until another is chosen. */
  readonly password: string;
  /** Why no user was added, as a sentence. */
  readonly mistake?: string | undefined;
};

/** A password to hand over: it is shown this once. */
export type HandedOver = { readonly name: string; readonly password: string };

export type UsersPageProps = {
  readonly site: Site;
  readonly users: readonly UserRow[];
  readonly form: UserForm;
  readonly handedOver?: HandedOver | undefined;
  readonly now: number;
};

export function UsersPage({
  site,
  users,
  form,
  handedOver,
  now,
}: UsersPageProps) {
  return (
    <SettingsFrame site={site} section="users" title="Users">
      <p class="lead">
        Members read and export. Admins also manage users and API tokens, and
        erase.
      </p>
      {handedOver === undefined ? "" : <OneTimePassword {...handedOver} />}
      <UsersTable {...{ site, users, now }} />
      {site.signIn === "proxy" ? (
        <p class="hint">
          Users are added as members when the proxy lets them in for the first
          time.
        </p>
      ) : (
        <AddUser site={site} form={form} />
      )}
    </SettingsFrame>
  );
}

/** Says what to do with a password that an admin has set. */
export function OneTimePassword({ name, password }: HandedOver) {
  return (
    <section class="said" aria-label="Password" role="status">
      <p>
        <bdi safe>{name}</bdi> signs in with this password and then chooses
        another. <b>Copy it now: it won’t be shown again.</b>
      </p>
      <Copyable id="password-shown" text={password} />
    </section>
  );
}

function UsersTable({
  site,
  users,
  now,
}: Pick<UsersPageProps, "site" | "users" | "now">) {
  return (
    <table class="list users">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col" class="col-role">
            Role
          </th>
          <th scope="col" class="col-seen">
            Last seen
          </th>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <tr>
            <td>
              <a class="row-link" href={site.urls.user(user.id)}>
                <bdi safe>{user.name}</bdi>
              </a>
              <UserState site={site} user={user} />
              <span class="narrow-only">
                Last seen: <LastSeen user={user} now={now} />
              </span>
            </td>
            <td class="col-role">{user.role}</td>
            <td class="col-seen">
              <LastSeen user={user} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function UserState({
  site: { viewer, signIn },
  user: { id, hasPassword, isPasswordTemporary },
}: {
  readonly site: Site;
  readonly user: UserRow;
}) {
  if (id === viewer?.userId) return <span class="badge">you</span>;
  if (signIn !== "password") return <></>;
  if (!hasPassword) return <span class="badge">no password</span>;
  return isPasswordTemporary ? (
    <span class="badge">one-time password</span>
  ) : (
    <></>
  );
}

export function LastSeen({
  user: { lastSeenAt },
  now,
}: {
  readonly user: UserRow;
  readonly now: number;
}) {
  return lastSeenAt === null ? (
    <span class="none">never</span>
  ) : (
    <Ago at={lastSeenAt} now={now} />
  );
}

function AddUser({
  site,
  form: { name, role, password, mistake },
}: {
  readonly site: Site;
  readonly form: UserForm;
}) {
  return (
    <form class="settings-form" method="post" action={site.urls.users}>
      <h2>Add a user</h2>
      <FormToken site={site} />
      <Mistake words={mistake} />
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        value={attribute(name)}
        required
        maxlength={NAME_MAX}
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
      />
      <RoleChoice role={role} />
      <OneTimePasswordField password={password} />
      <button class="button-primary">Add the user</button>
    </form>
  );
}

const ROLE_HINTS: Record<Role, string> = {
  member: "Reads and exports everything.",
  admin: "Also manages users and API tokens, and erases.",
};

export function RoleChoice({ role }: { readonly role: Role }) {
  return (
    <fieldset>
      <legend>Role</legend>
      {(["member", "admin"] as const).map((each) => (
        <label class="choice">
          <input
            type="radio"
            name="role"
            value={each}
            checked={each === role}
          />
          <span>
            <b>{each}</b>
            <span class="hint" safe>
              {ROLE_HINTS[each]}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Visible, as it is to be handed over. */
export function OneTimePasswordField({
  password,
}: {
  readonly password: string;
}) {
  return (
    <>
      <label for="password">One-time password</label>
      <input
        id="password"
        name="password"
        class="mono"
        value={attribute(password)}
        required
        minlength={PASSWORD_MIN}
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        aria-describedby="password-hint"
      />
      <p id="password-hint" class="hint">
        Use this one or enter another. The user chooses a new password when they
        first sign in.
      </p>
    </>
  );
}
