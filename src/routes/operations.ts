import type { Asked } from "./asked.ts";
import type { Config } from "../config/config.ts";
import { jsonResponse, textResponse } from "../http/responses.ts";
import { metricsProblem } from "./metrics-access.ts";
import { keepingProblem, type Keeping } from "../store/keeping.ts";
import type { Operations } from "../ops/operations.ts";

export type OpsDeps = {
  readonly operations: Operations;
  readonly config: Pick<Config, "metricsToken">;
  readonly now: () => number;
  /** `doctor` tells by it which server answers. */
  readonly instance: string;
};

/**
 * For monitoring: `/livez` shows that the process answers, `/readyz` that a write reaches the
 * disk. A node is ready also when recording is late, or while it can only receive: callbacks that
 * it receives are kept, and without it they'd be refused. For what shares pages among nodes,
 * `/readyz?pages` is red then.
 */
export const operationsHandlers = ({
  operations,
  config,
  now,
  instance,
}: OpsDeps) => ({
  live: () => jsonResponse({ live: true, instance }),
  ready: async ({ request, server }: Asked) => {
    const [failure, lastAt, uncheckedMs, keeping] = await Promise.all([
      operations.whyNotReady(),
      operations.lastCallbackAt(),
      operations.rulesUncheckedMs(),
      operations.keeping(),
    ]);
    const restriction = operations.restriction();
    const isForPages = new URL(request.url).searchParams.has("pages");
    const reason = failure ?? (isForPages ? restriction : undefined);
    const last = {
      ...lastCallback(lastAt, now()),
      alertRulesCheckAgeSeconds:
        uncheckedMs === undefined ? null : Math.round(uncheckedMs / 1_000),
      ...(keeping !== undefined && {
        onlyReceives: restriction ?? null,
        keeper:
          keeping &&
          keeperJson(keeping, mayReadMetrics(config, request, server)),
      }),
    };
    if (reason === undefined) return jsonResponse({ ready: true, ...last });
    return jsonResponse(
      { ready: false, reason, ...last },
      { status: 503, headers: { "retry-after": "5" } },
    );
  },
  metrics: async ({ request, server }: Asked) => {
    const peer = server?.requestIP(request)?.address;
    const refusal = metricsProblem(config.metricsToken, request.headers, peer);
    if (refusal !== undefined) return refusal;
    const metrics = await operations.metrics();
    return textResponse(await metrics.text(), metrics.contentType);
  },
});

function mayReadMetrics(
  { metricsToken }: OpsDeps["config"],
  request: Request,
  server: Asked["server"],
): boolean {
  const peer = server?.requestIP(request)?.address;
  return metricsProblem(metricsToken, request.headers, peer) === undefined;
}

/** Who records what nodes received, and how far that is behind; strangers learn no host's name. */
function keeperJson(keeping: Keeping, isNamed: boolean) {
  const { isThisNode, since, vacantMs, behindMs } = keeping;
  const named = isNamed ? keeping : { ...keeping, node: undefined };
  return {
    ...(isNamed && { node: keeping.node ?? null }),
    isThisNode,
    since: new Date(since).toISOString(),
    missingSeconds: Math.round(vacantMs / 1_000),
    behindSeconds: Math.round(behindMs / 1_000),
    waitingCallbacks: keeping.waiting.count,
    setAsideCallbacks: keeping.setAside.count,
    problem: keepingProblem(named) ?? null,
  };
}

/** For information only: how often callbacks arrive depends on the team. */
function lastCallback(at: number | undefined, now: number) {
  return {
    lastCallbackAt: at === undefined ? null : new Date(at).toISOString(),
    lastCallbackAgeSeconds:
      at === undefined ? null : Math.max(0, Math.round((now - at) / 1_000)),
  };
}
