import { requestOrigin } from "../http/origin.ts";
import type { Asked } from "./asked.ts";
import { page } from "../http/page.ts";
import { Problem } from "../http/problem.ts";
import { randomUUID } from "node:crypto";
import {
  ApiTokensPage,
  EMPTY_FORM,
  RevokeTokenPage,
  type TokenForm,
} from "../../views/settings/api-tokens-page.tsx";
import { redirectTo } from "../http/responses.ts";
import { TOKEN_SCOPES, type ApiToken } from "../store/api-tokens.ts";
import type { Stores } from "../store/stores.ts";
import {
  createToken,
  revokeToken,
  type CreatedToken,
} from "../account/api-tokens.ts";
import { fieldOf } from "../http/form-body.ts";
import { createRepeatedForms } from "../account/repeated-forms.ts";
import { requesterOf, viewerOf } from "../account/viewer.ts";

export type ApiTokenDeps = {
  readonly store: Pick<Stores, "apiTokens" | "audit">;
  readonly now: () => number;
};

const NO_SUCH_TOKEN = new Problem({
  status: 404,
  title: "No API token has this ID",
  detail:
    "It may have been revoked already. See Settings, API tokens for the current list.",
});

/** `/settings/tokens`: makes, lists and revokes tokens for the JSON API. */
export const apiTokenHandlers = ({ store, now }: ApiTokenDeps) => {
  const { apiTokens } = store;
  const createOnce = createRepeatedForms<CreatedToken>();
  const create = (request: Request, body: unknown, form: TokenForm) => {
    const requester = requesterOf(request);
    // Identifies the session, or the user a proxy signed in.
    const sender = viewerOf(request)?.formToken ?? requester.actor;
    return createOnce(
      fieldOf(body, "once"),
      [sender, form.name, form.scope],
      () =>
        createToken(store, form.name, form.scope, { ...requester, at: now() }),
    );
  };
  const tokenOf = async (id: string): Promise<ApiToken | undefined> =>
    /^\d{1,15}$/.test(id) ? apiTokens.byId(Number(id)) : undefined;

  return {
    list: async ({ request, site }: Asked) =>
      page(
        <ApiTokensPage
          {...{ site, tokens: await apiTokens.list(), form: EMPTY_FORM }}
          once={randomUUID()}
          apiUrl={site.urls.api(requestOrigin(request))}
          now={now()}
        />,
      ),
    add: async ({ request, site, body }: Asked) => {
      const form = formOf(body);
      const created = await create(request, body, form);
      const isMistaken = "mistake" in created;
      return page(
        <ApiTokensPage
          {...{ site, tokens: await apiTokens.list(), now: now() }}
          form={isMistaken ? { ...form, ...created } : EMPTY_FORM}
          once={randomUUID()}
          apiUrl={site.urls.api(requestOrigin(request))}
          {...(!isMistaken && { created: { ...created, name: form.name } })}
        />,
        { status: isMistaken ? 400 : 200 },
      );
    },
    confirmRevoke: async ({ params, site }: Asked<"id">) => {
      const token = await tokenOf(params.id);
      if (token === undefined) return NO_SUCH_TOKEN;
      return page(<RevokeTokenPage {...{ site, token, now: now() }} />);
    },
    revoke: async ({ params, request, site }: Asked<"id">) => {
      const token = await tokenOf(params.id);
      // A second click has nothing left to do.
      if (token !== undefined)
        await revokeToken(store, token, { ...requesterOf(request), at: now() });
      return redirectTo(site.urls.tokens, 303);
    },
  };
};

function formOf(body: unknown): TokenForm {
  const scope = fieldOf(body, "scope");
  return {
    name: fieldOf(body, "name").trim(),
    // The one with fewer rights, unless the other was chosen.
    scope: TOKEN_SCOPES.find((each) => each === scope) ?? "read",
  };
}
