import type { UserRow } from "../../src/store/accounts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import type { Site } from "../site.ts";
import { When } from "../parts/time.tsx";
import {
  LastSeen,
  OneTimePassword,
  OneTimePasswordField,
  RoleChoice,
  type HandedOver,
} from "./users-page.tsx";

export type UserPageProps = {
  readonly site: Site;
  readonly user: UserRow;
  /** A generated one, until another is chosen. */
  readonly password: string;
  readonly handedOver?: HandedOver | undefined;
  /** Why nothing was changed, as a sentence. */
  readonly mistake?: string | undefined;
  readonly now: number;
};

/** One user, and what an admin can do about them. */
export function UserPage(props: UserPageProps) {
  const { site, user, handedOver, mistake, now } = props;
  const isSelf = user.id === site.viewer?.userId;
  return (
    <SettingsFrame site={site} section="users" title={user.name}>
      <p class="lead">
        <a href={site.urls.users}>All users</a>
      </p>
      {mistake === undefined ? (
        ""
      ) : (
        <p class="mistake said" role="alert" safe>
          {mistake}
        </p>
      )}
      {handedOver === undefined ? "" : <OneTimePassword {...handedOver} />}
      <section class="facts">
        <dl>
          <dt>Role</dt>
          <dd>{user.role}</dd>
          <dt>Added</dt>
          <dd>
            <When at={user.createdAt} now={now} />
          </dd>
          <dt>Last seen</dt>
          <dd>
            <LastSeen user={user} now={now} />
          </dd>
        </dl>
      </section>
      <RoleForm {...props} />
      {isSelf || site.signIn !== "password" ? "" : <PasswordForm {...props} />}
      <section>
        <h2>Remove</h2>
        <p>
          <a class="button button-danger" href={site.urls.userRemove(user.id)}>
            Remove this user…
          </a>
        </p>
      </section>
    </SettingsFrame>
  );
}

function RoleForm({ site, user }: UserPageProps) {
  return (
    <form
      class="settings-form"
      method="post"
      action={site.urls.userRole(user.id)}
    >
      <FormToken site={site} />
      <RoleChoice role={user.role} />
      <button>Save the role</button>
    </form>
  );
}

function PasswordForm({ site, user, password }: UserPageProps) {
  return (
    <form
      class="settings-form"
      method="post"
      action={site.urls.userPassword(user.id)}
    >
      <h2>Set a new password</h2>
      <p>
        For users who forgot theirs or are locked out after wrong ones. Ends all
        their sessions.
      </p>
      <FormToken site={site} />
      <OneTimePasswordField password={password} />
      <button>Set the password</button>
    </form>
  );
}

/** Asks whether a user is really to be removed. */
export function RemoveUserPage({
  site,
  user: { id, name },
}: {
  readonly site: Site;
  readonly user: UserRow;
}) {
  const { urls, viewer, signIn } = site;
  return (
    <SettingsFrame site={site} section="users" title="Remove a user">
      <form class="settings-form" method="post" action={urls.userRemove(id)}>
        <FormToken site={site} />
        <p>
          <b>
            <bdi safe>{name}</bdi>
          </b>{" "}
          {id === viewer?.userId
            ? "is you: you’ll be signed out and can’t sign in again."
            : "will be signed out everywhere and can’t sign in again."}{" "}
          Their audit entries stay.
        </p>
        {signIn === "proxy" ? (
          <p>
            Users that the proxy still lets in come back as members: remove them
            there first.
          </p>
        ) : (
          ""
        )}
        <p class="form-buttons">
          <button class="button-danger">Remove the user</button>
          <a class="button" href={urls.user(id)}>
            Keep them
          </a>
        </p>
      </form>
    </SettingsFrame>
  );
}
