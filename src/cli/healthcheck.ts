import { say } from "./output.ts";
import type { Config } from "../config/config.ts";
import { callDirectly, serverOrigin } from "../config/own-server.ts";
import { DONE, FAILED } from "./exit-status.ts";

const TIMEOUT_MS = 5_000;

/**
 * Asks the server with these settings whether it's ready. Resolves to the exit status: 0 if
 * it is; 1 if it isn't, with a line that says why.
 */
export async function healthcheck(
  settings: Pick<Config, "host" | "port">,
): Promise<number> {
  const reason = await whyNotReady(new URL("/readyz", serverOrigin(settings)));
  if (reason === undefined) return DONE;
  say(reason);
  return FAILED;
}

async function whyNotReady(url: URL): Promise<string | undefined> {
  callDirectly(url.hostname);
  let response: Response;
  let answer: string;
  try {
    response = await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    answer = await response.text();
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError")
      return `Not ready: no answer in ${TIMEOUT_MS / 1_000} s.`;
    if (
      error instanceof Error &&
      "code" in error &&
      error.code === "ECONNREFUSED"
    )
      return `Not ready: nothing listens on ${url.origin}. Is the server running, and does it have the same HOST and PORT?`;
    return `Not ready: the connection to ${url.origin} failed.`;
  }
  if (response.ok) return undefined;
  return `Not ready: ${reasonIn(answer) ?? `${url.href} answered ${response.status}.`}`;
}

/** The reason that the server gives; undefined if another program responded. */
function reasonIn(answer: string): string | undefined {
  try {
    const body: unknown = JSON.parse(answer);
    if (typeof body !== "object" || body === null) return undefined;
    if (!("reason" in body) || typeof body.reason !== "string")
      return undefined;
    return /^[\x20-\x7e]{1,200}$/.test(body.reason) ? body.reason : undefined;
  } catch {
    return undefined;
  }
}
