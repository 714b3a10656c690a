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
  "Run doctor with the settings that the server has, and start the server when it does not run.";

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
        "PORT is 0, so it does not tell where the server listens; the server and what leads to it were not looked at.",
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
        `Nothing listens on ${origin}: the server does not run, or its HOST and PORT are others.`,
        NOT_THAT_SERVER,
      ),
    );
  if (live === "timeout")
    return none(
      wrong(
        `What listens on ${origin} does not answer.`,
        "Look into the server's log, and restart it.",
      ),
    );
  const instance =
    typeof live === "string" ? undefined : jsonOf(live)?.["instance"];
  if (typeof instance !== "string")
    return none(
      wrong(
        `What answers on ${origin} is no smsledger of this version.`,
        NOT_THAT_SERVER,
      ),
    );
  return {
    instance,
    findings: [
      fine(`The server runs on ${origin}.`),
      ...(await readiness(origin, now)),
    ],
  };
}

async function readiness(origin: string, now: number): Promise<Finding[]> {
  const ready = await call(`${origin}/readyz`);
  const body = typeof ready === "string" ? undefined : jsonOf(ready);
  const findings: Finding[] = [];
  if (body?.["ready"] === true) {
    findings.push(fine("It is ready: what it writes reaches the disk."));
  } else {
    const reason = body?.["reason"];
    findings.push(
      wrong(
        `It is not ready. ${typeof reason === "string" ? reason : "It does not say why."}`,
        "Callbacks are answered 503 until this is mended; then it goes on by itself.",
      ),
    );
  }
  const lastAt = Date.parse(String(body?.["lastCallbackAt"]));
  findings.push(
    Number.isNaN(lastAt)
      ? note(
          "No callback has arrived since the server started, and none is recorded.",
          "Paste the address that the overview shows into Twilio, and send a message.",
        )
      : fine(`The latest callback came ${ago(lastAt, now)}.`),
  );
  return findings;
}
