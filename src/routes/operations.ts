import type { Asked } from "./asked.ts";
import type { Config } from "../config/config.ts";
import { jsonResponse, textResponse } from "../http/responses.ts";
import { metricsProblem } from "./metrics-access.ts";
import type { Operations } from "../ops/operations.ts";

export type OpsDeps = {
  readonly operations: Operations;
  readonly config: Pick<Config, "metricsToken">;
  readonly now: () => number;
  /** A random id of this run of the server; `doctor` tells by it which server answers. */
  readonly instance: string;
};

/** For monitoring: `/livez` shows that the process answers, `/readyz` that a write reaches the disk. */
export const operationsHandlers = ({
  operations,
  config,
  now,
  instance,
}: OpsDeps) => ({
  live: () => jsonResponse({ live: true, instance }),
  ready: async () => {
    const [reason, lastAt, uncheckedMs] = await Promise.all([
      operations.whyNotReady(),
      operations.lastCallbackAt(),
      operations.rulesUncheckedMs(),
    ]);
    const last = {
      ...lastCallback(lastAt, now()),
      alertRulesCheckAgeSeconds:
        uncheckedMs === undefined ? null : Math.round(uncheckedMs / 1_000),
    };
    if (reason === undefined) return jsonResponse({ ready: true, ...last });
    return jsonResponse(
      { ready: false, reason, ...last },
      { status: 503, headers: { "retry-after": "5" } },
    );
  },
  metrics: async ({ request, server }: Asked) => {
    const refusal = metricsProblem(
      config.metricsToken,
      request.headers,
      server?.requestIP(request)?.address,
    );
    if (refusal !== undefined) return refusal;
    const metrics = await operations.metrics();
    return textResponse(await metrics.text(), metrics.contentType);
  },
});

/** For information only: how often callbacks arrive depends on the team. */
function lastCallback(at: number | undefined, now: number) {
  return {
    lastCallbackAt: at === undefined ? null : new Date(at).toISOString(),
    lastCallbackAgeSeconds:
      at === undefined ? null : Math.max(0, Math.round((now - at) / 1_000)),
  };
}
