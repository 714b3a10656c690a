import { plainAddress } from "../http/peer.ts";
import { isSameText } from "../account/secret-keys.ts";
import { closesConnection, refusalOfOutsider } from "../http/loopback-guard.ts";
import { Problem } from "../http/problem.ts";
import { isLoopback } from "../config/setting-values.ts";

const WRONG_TOKEN = new Problem({
  status: 401,
  title: "The metrics need their token",
  detail:
    "Send METRICS_TOKEN as a bearer token: Authorization: Bearer and the token.",
  headers: { "www-authenticate": 'Bearer realm="smsledger metrics"' },
});

const OUTSIDER = new Problem({
  status: 403,
  title: "Only this machine may read the metrics",
  detail:
    "No METRICS_TOKEN is set. Set it, restart, and send it as a bearer token; or ask from the machine itself, without a proxy.",
});

/** Why a request may not read the metrics; undefined when it may. */
export function metricsProblem(
  metricsToken: string | undefined,
  headers: Headers,
  peer: string | undefined,
): Problem | undefined {
  if (metricsToken !== undefined) {
    const [, given = ""] =
      /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "") ?? [];
    return isSameText(given, metricsToken) ? undefined : WRONG_TOKEN;
  }
  const isHere = peer !== undefined && isLoopback(plainAddress(peer));
  return isHere &&
    !closesConnection(headers) &&
    refusalOfOutsider(headers) === undefined
    ? undefined
    : OUTSIDER;
}
