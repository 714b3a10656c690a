import { RULES_LATE_MS } from "../alerts/operation.ts";
import { duration } from "../words/amounts.ts";
import { ago } from "../words/times.ts";
import { callDirectly, serverOrigin } from "../config/own-server.ts";
import type { Config } from "../config/config.ts";
import { call, jsonOf } from "./calls.ts";
import { fine, note, wrong, type Finding } from "../words/finding.ts";

export type OwnServer = {
  readonly findings: readonly Finding[];
  /** The ID of the server that runs here; undefined if none does. */
  readonly instance: string | undefined;
};

const NOT_THAT_SERVER =
  "Run doctor with the server's settings, and start the server if it isn't running.";

/** Checks whether the server that the settings describe runs here and is ready. */
export async function lookAtOwnServer(
  config: Pick<Config, "host" | "port">,
  now: number,
): Promise<OwnServer> {
  const none = (finding: Finding): OwnServer => ({
    findings: [finding],
    instance: undefined,
  });
  if (config.port === 0) {
    return none(
      note(
        "PORT is 0, which doesn't say where the server listens, so the server and the way to it weren't checked.",
        "Set PORT to a number: a proxy needs one too.",
      ),
    );
  }
  const origin = serverOrigin(config);
  callDirectly(new URL(origin).hostname);
  const live = await call(`${origin}/livez`);
  if (live === "refused")
    return none(
      note(
        `Nothing listens on ${origin}: the server isn't running, or it has a different HOST or PORT.`,
        NOT_THAT_SERVER,
      ),
    );
  if (live === "timeout")
    return none(
      wrong(
        `The program that listens on ${origin} doesn't respond.`,
        "See the server's log, and restart it.",
      ),
    );
  const instance =
    typeof live === "string" ? undefined : jsonOf(live)?.["instance"];
  if (typeof instance !== "string")
    return none(
      wrong(
        `The program on ${origin} isn't this version of smsledger.`,
        NOT_THAT_SERVER,
      ),
    );
  return {
    instance,
    findings: [
      fine(`The server is running on ${origin}.`),
      ...(await readiness(origin, now)),
    ],
  };
}

async function readiness(origin: string, now: number): Promise<Finding[]> {
  const ready = await call(`${origin}/readyz`);
  const body = typeof ready === "string" ? undefined : jsonOf(ready);
  const findings: Finding[] = [];
  if (body?.["ready"] === true) {
    findings.push(fine("It's ready: writes reach the disk."));
  } else {
    const reason = body?.["reason"];
    findings.push(
      wrong(
        `It isn't ready. ${typeof reason === "string" ? reason : "It gives no reason."}`,
        "Until this is fixed, callbacks are answered 503. No restart is needed.",
      ),
    );
  }
  const lastAt = Date.parse(String(body?.["lastCallbackAt"]));
  findings.push(
    Number.isNaN(lastAt)
      ? note(
          "No callback has been received yet.",
          "Copy the callback URL from the overview into Twilio, and send a message.",
        )
      : fine(`The latest callback was received ${ago(lastAt, now)}.`),
  );
  const unchecked = Number(body?.["alertRulesCheckAgeSeconds"]) * 1_000;
  if (unchecked > RULES_LATE_MS)
    findings.push(
      wrong(
        `The alert rules haven't been checked for ${duration(unchecked)}, so nobody is alerted.`,
        "The server's log says why. They're checked every minute once the cause is gone.",
      ),
    );
  return findings;
}
