import { Elysia } from "elysia";
import type { Config } from "../config/config.ts";
import { jsonResponse, textResponse } from "../http/responses.ts";
import type { AnswerProblem } from "./problem.tsx";
import { metricsProblem } from "./metrics-access.ts";
import type { Operations } from "../ops/operations.ts";

export type OpsDeps = {
  readonly operations: Operations;
  readonly config: Pick<Config, "metricsToken">;
  readonly now: () => number;
  /** Tells this run of the server from all others: `doctor` knows by it who answers. */
  readonly instance: string;
};

/**
 * For those who watch over a server: `/livez` says that the process answers, `/readyz`
 * that a write reaches the disk, `/metrics` how it goes.
 */
export const opsRoutes = (
  { operations, config, now, instance }: OpsDeps,
  problem: AnswerProblem,
) =>
  new Elysia()
    .get("/livez", () => jsonResponse({ live: true, instance }))
    .get("/readyz", async () => {
      const [reason, lastAt] = await Promise.all([
        operations.whyNotReady(),
        operations.lastCallbackAt(),
      ]);
      const last = lastCallback(lastAt, now());
      if (reason === undefined) return jsonResponse({ ready: true, ...last });
      return jsonResponse(
        { ready: false, reason, ...last },
        { status: 503, headers: { "retry-after": "5" } },
      );
    })
    .get("/metrics", async ({ request, server }) => {
      const refusal = metricsProblem(
        config.metricsToken,
        request.headers,
        server?.requestIP(request)?.address,
      );
      if (refusal !== undefined) return problem(request, refusal);
      const metrics = await operations.metrics();
      return textResponse(await metrics.text(), metrics.contentType);
    });

/** For information only: how often callbacks come is the team's own affair. */
function lastCallback(at: number | undefined, now: number) {
  return {
    lastCallbackAt: at === undefined ? null : new Date(at).toISOString(),
    lastCallbackAgeSeconds:
      at === undefined ? null : Math.max(0, Math.round((now - at) / 1_000)),
  };
}
