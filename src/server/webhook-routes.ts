import { Elysia } from "elysia";
import { prefixesOf } from "../site/base-path.ts";
import type { Route } from "./route-kinds.ts";

/** The routes that Twilio posts to. They have no hook: each one would cost every callback. */
export function webhookRoutes(routes: readonly Route[], base: string) {
  const app = new Elysia({ name: "webhook" });
  for (const route of routes) {
    if (route.audience !== "twilio") continue;
    const { receive, refuseMethod } = route.receiver;
    for (const prefix of prefixesOf(base)) {
      const path = prefix + route.path;
      app
        .post(
          path,
          ({ request, server }) =>
            receive(request, () => server?.requestIP(request)?.address),
          { parse: "none" },
        )
        .all(
          path,
          ({ request, server }) =>
            refuseMethod(request, () => server?.requestIP(request)?.address),
          { parse: "none" },
        );
    }
  }
  return app;
}
