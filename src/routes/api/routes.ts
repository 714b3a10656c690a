import { Elysia } from "elysia";
import { jsonResponse } from "../../http/responses.ts";
import type { Api } from "./api.ts";
import { errorsRoute } from "./errors.ts";
import { eventsRoute } from "./events.ts";
import { messageRoute, messagesRoute } from "./messages.ts";
import { openApiDocument } from "./openapi.ts";
import { NO_SUCH_ROUTE, problemResponse } from "./problems.ts";
import type { ApiRoute } from "./route.ts";
import { statsRoute } from "./stats.ts";

/** Every address of the API. */
export const API_ROUTES: readonly ApiRoute[] = [
  messagesRoute,
  messageRoute,
  eventsRoute,
  statsRoute,
  errorsRoute,
];

/**
 * The JSON API. Each of its addresses asks for a bearer token, whatever SIGN_IN says; the
 * document that describes them tells nothing of what is kept here, so anybody may read it.
 */
export const apiRoutes = (api: Api, publicUrl: string | undefined) => {
  const app = new Elysia();
  for (const route of API_ROUTES)
    app.get(route.path, (asked) => api.answer(route, asked));
  let document: object | undefined;
  return app
    .get("/api/openapi.json", () => {
      document ??= openApiDocument(API_ROUTES, publicUrl);
      return jsonResponse(document);
    })
    .get("/api/v1", () => problemResponse(NO_SUCH_ROUTE))
    .get("/api/v1/*", () => problemResponse(NO_SUCH_ROUTE));
};
