import { Elysia } from "elysia";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";
import { opsRoutes } from "./ops/routes.ts";
import type { Store } from "./store/store.ts";
import { webhookRoutes } from "./webhook/routes.ts";

export type Deps = {
  readonly store: Store;
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
  readonly now: () => number;
};

export function createServer(deps: Deps) {
  return new Elysia().use(webhookRoutes(deps)).use(opsRoutes(deps));
}
