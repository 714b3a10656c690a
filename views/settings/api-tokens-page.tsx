import {
  SCOPE_WORDS,
  TOKEN_NAME_LENGTH_MAX,
} from "../../src/account/api-tokens.ts";
import {
  TOKEN_SCOPES,
  type ApiToken,
  type TokenScope,
} from "../../src/store/api-tokens.ts";
import { Copyable } from "../parts/copyable.tsx";
import { FormToken } from "../parts/form-token.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import type { Site } from "../site.ts";
import { Ago } from "../parts/time.tsx";
import { attribute } from "../parts/values.tsx";

/** The form for a new token, as it was filled in. */
export type TokenForm = {
  readonly name: string;
  readonly scope: TokenScope;
  /** Why no token was created, as a sentence. */
  readonly mistake?: string | undefined;
};

export const EMPTY_FORM: TokenForm = { name: "", scope: "read" };

export type TokensPageProps = {
  readonly site: Site;
  readonly tokens: readonly ApiToken[];
  readonly form: TokenForm;
  /** Identifies this form, so that sending it twice doesn't create two tokens. */
  readonly once: string;
  /** The token that was just created; shown only once. */
  readonly created?: { readonly name: string; readonly token: string };
  /** `https://…/api/v1` */
  readonly apiUrl: string;
  readonly now: number;
};

export function ApiTokensPage(props: TokensPageProps) {
  const { site, tokens, created, apiUrl, now } = props;
  const { urls } = site;
  return (
    <SettingsFrame site={site} section="tokens" title="API tokens">
      <p class="lead">
        Programs read messages, events, and statistics with their own token, at{" "}
        <code safe>{apiUrl}</code>. Only a token that has access to changes can
        change anything. What the API has:{" "}
        <a href={urls.openApi}>/api/openapi.json</a>.
      </p>
      {created === undefined ? (
        ""
      ) : (
        <CreatedToken {...created} apiUrl={apiUrl} />
      )}
      {tokens.length === 0 ? (
        <div class="empty">
          <h2>No tokens yet</h2>
          <p>Make one for each program that uses the API.</p>
        </div>
      ) : (
        <TokensTable site={site} tokens={tokens} now={now} />
      )}
      <NewToken {...props} />
    </SettingsFrame>
  );
}

function CreatedToken({
  name,
  token,
  apiUrl,
}: {
  readonly name: string;
  readonly token: string;
  readonly apiUrl: string;
}) {
  const command = `curl -H 'Authorization: Bearer ${token}' '${apiUrl}/messages?limit=5'`;
  return (
    <section class="said" aria-labelledby="created" role="status">
      <h2 id="created">
        The token for <bdi safe>{name}</bdi>
      </h2>
      <p>
        <b>Copy it now: it won’t be shown again.</b> Only its hash is stored.
      </p>
      <Copyable id="token" text={token} />
      <p>Try it:</p>
      <Copyable id="token-example" text={command} />
    </section>
  );
}

function TokensTable({
  site: { urls },
  tokens,
  now,
}: Pick<TokensPageProps, "site" | "tokens" | "now">) {
  return (
    <table class="list tokens">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col" class="col-scope">
            Access
          </th>
          <th scope="col" class="col-created">
            Created
          </th>
          <th scope="col" class="col-used">
            Last used
          </th>
          <th scope="col" class="col-do">
            <span class="visually-hidden">Revoke</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map(({ id, name, scope, createdBy, createdAt, lastUsedAt }) => (
          <tr>
            <td class="col-name">
              <bdi safe>{name}</bdi>
              <span class="narrow-only sees">
                Access: <Scope scope={scope} />
              </span>
              <span class="narrow-only">
                Created <Ago at={createdAt} now={now} /> by{" "}
                <bdi safe>{createdBy}</bdi>
                <br />
                Last used: <LastUsed at={lastUsedAt} now={now} />
              </span>
            </td>
            <td class="col-scope">
              <Scope scope={scope} />
            </td>
            <td class="col-created">
              <Ago at={createdAt} now={now} /> by <bdi safe>{createdBy}</bdi>
            </td>
            <td class="col-used">
              <LastUsed at={lastUsedAt} now={now} />
            </td>
            <td class="col-do">
              <a
                class="button button-small"
                href={urls.tokenRevoke(id)}
                aria-label={`Revoke ${attribute(name)}`}
              >
                Revoke
              </a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LastUsed({
  at,
  now,
}: {
  readonly at: number | null;
  readonly now: number;
}) {
  return at === null ? <>never</> : <Ago at={at} now={now} />;
}

function Scope({ scope }: { readonly scope: TokenScope }) {
  return (
    <span class={scope === "read" ? undefined : "sees-whole"} safe>
      {SCOPE_WORDS[scope]}
    </span>
  );
}

const SCOPE_HINTS: Record<TokenScope, string> = {
  read: "Enough for statistics and monitoring. It can’t search by number.",
  "read unmasked":
    "Even if MASK_NUMBERS masks them on pages and in exports. Only for programs that need them.",
  write:
    "It can also make the changes that the API has, as an admin can: to endpoints, alerts, and the “Do not send” list. Only for programs that need to.",
};

function NewToken({ site, form, once }: TokensPageProps) {
  const { name, scope, mistake } = form;
  return (
    <form class="settings-form" method="post" action={site.urls.tokens}>
      <h2>New token</h2>
      <FormToken site={site} />
      <input type="hidden" name="once" value={once} />
      {mistake === undefined ? (
        ""
      ) : (
        <p id="mistake" class="mistake" role="alert" safe>
          {mistake}
        </p>
      )}
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        value={attribute(name)}
        maxlength={TOKEN_NAME_LENGTH_MAX}
        required
        autocomplete="off"
        aria-describedby={mistake === undefined ? "name-hint" : "mistake"}
      />
      <p id="name-hint" class="hint">
        What uses it, such as <i>dashboard</i>.
      </p>
      <fieldset>
        <legend>Access</legend>
        {TOKEN_SCOPES.map((each) => (
          <label class="choice">
            <input
              type="radio"
              name="scope"
              value={each}
              checked={each === scope}
            />
            <span>
              <b safe>{SCOPE_WORDS[each]}</b>
              <span class="hint" safe>
                {SCOPE_HINTS[each]}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
      <button class="button-primary">Create the token</button>
    </form>
  );
}

/** Asks for confirmation before revoking a token, and says when it was last used. */
export function RevokeTokenPage({
  site,
  token: { id, name, lastUsedAt },
  now,
}: {
  readonly site: Site;
  readonly token: ApiToken;
  readonly now: number;
}) {
  const { urls } = site;
  return (
    <SettingsFrame site={site} section="tokens" title="Revoke a token">
      <form class="settings-form" method="post" action={urls.tokenRevoke(id)}>
        <FormToken site={site} />
        <p>
          Whatever uses the token{" "}
          <b>
            <bdi safe>{name}</bdi>
          </b>{" "}
          is refused from its next request on. It was{" "}
          {lastUsedAt === null ? (
            "never used"
          ) : (
            <>
              last used <Ago at={lastUsedAt} now={now} />
            </>
          )}
          . This cannot be undone.
        </p>
        <p class="form-buttons">
          <button class="button-danger">Revoke it</button>
          <a class="button" href={urls.tokens}>
            Keep it
          </a>
        </p>
      </form>
    </SettingsFrame>
  );
}
