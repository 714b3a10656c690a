import { randomUUID } from "node:crypto";
import { Elysia } from "elysia";
import {
  ApiTokensPage,
  EMPTY_FORM,
  RevokeTokenPage,
  type TokenForm,
} from "../../views/api-tokens-page.tsx";
import type { Site } from "../../views/site.ts";
import { pages, redirectTo } from "../http.ts";
import type { AnswerProblem } from "../problem.tsx";
import { TOKEN_SCOPES, type ApiToken } from "../store/api-tokens.ts";
import type { Stores } from "../store/stores.ts";
import { createToken, revokeToken, type CreatedToken } from "./api-tokens.ts";
import { fieldOf } from "./form-body.ts";
import { requesterOf } from "./viewer.ts";

export type ApiTokenDeps = {
  readonly store: Pick<Stores, "apiTokens" | "audit">;
  readonly now: () => number;
};

/** How long a form that is sent a second time, as by a double click, is answered with the token it made. */
const REPEATED_MS = 10_000;

const NO_SUCH_TOKEN = {
  status: 404,
  title: "There is no such token",
  detail:
    "It may have been revoked already. Settings, API tokens lists those that there are.",
};

/** `/settings/tokens`: makes, lists and revokes tokens for the JSON API. */
export const apiTokenRoutes = (
  { store, now }: ApiTokenDeps,
  site: Site,
  problem: AnswerProblem,
) => {
  const { apiTokens } = store;
  let latest:
    | { readonly once: string; readonly created: Promise<CreatedToken> }
    | undefined;
  /** What a form makes, once, however often it is sent. */
  const createOnce = (
    request: Request,
    once: string,
    { name, scope }: TokenForm,
  ): Promise<CreatedToken> => {
    if (latest?.once === once) return latest.created;
    const deed = { ...requesterOf(request), at: now() };
    const made = { once, created: createToken(store, name, scope, deed) };
    latest = made;
    const forget = (): void => {
      if (latest === made) latest = undefined;
    };
    setTimeout(forget, REPEATED_MS).unref();
    return made.created;
  };
  const tokenOf = async (id: string): Promise<ApiToken | undefined> =>
    /^\d{1,15}$/.test(id) ? apiTokens.byId(Number(id)) : undefined;

  return new Elysia()
    .use(pages(site))
    .get("/settings/tokens", async ({ page, request, site }) =>
      page(
        <ApiTokensPage
          {...{ site, tokens: await apiTokens.list(), form: EMPTY_FORM }}
          once={randomUUID()}
          apiUrl={site.urls.api(originOf(request))}
          now={now()}
        />,
      ),
    )
    .post("/settings/tokens", async ({ page, request, site, body }) => {
      const form = formOf(body);
      const created = await createOnce(request, fieldOf(body, "once"), form);
      const isMistaken = "mistake" in created;
      return page(
        <ApiTokensPage
          {...{ site, tokens: await apiTokens.list(), now: now() }}
          form={isMistaken ? { ...form, ...created } : EMPTY_FORM}
          once={randomUUID()}
          apiUrl={site.urls.api(originOf(request))}
          {...(!isMistaken && { created: { ...created, name: form.name } })}
        />,
        { status: isMistaken ? 400 : 200 },
      );
    })
    .get(
      "/settings/tokens/:id/revoke",
      async ({ page, params, request, site }) => {
        const token = await tokenOf(params.id);
        if (token === undefined) return problem(request, NO_SUCH_TOKEN);
        return page(<RevokeTokenPage {...{ site, token, now: now() }} />);
      },
    )
    .post("/settings/tokens/:id/revoke", async ({ params, request, site }) => {
      const token = await tokenOf(params.id);
      // Who clicks twice has what they wanted.
      if (token !== undefined)
        await revokeToken(store, token, { ...requesterOf(request), at: now() });
      return redirectTo(site.urls.tokens, 303);
    });
};

function formOf(body: unknown): TokenForm {
  const scope = fieldOf(body, "scope");
  return {
    name: fieldOf(body, "name").trim(),
    // The lesser one unless the other was chosen.
    scope: TOKEN_SCOPES.find((each) => each === scope) ?? "read",
  };
}

/** The address that the page itself was asked for, where PUBLIC_URL does not say it. */
function originOf(request: Request): string {
  return URL.parse(request.url)?.origin ?? "";
}
