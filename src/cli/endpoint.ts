import { attemptRecord, endpointRecord } from "../api/forwarding-records.ts";
import type { Config } from "../config/config.ts";
import { readReports } from "../forwarding/endpoint-report.ts";
import type { EndpointMistake } from "../forwarding/endpoint-rules.ts";
import { addEndpoint, rotateSecret } from "../forwarding/endpoints.ts";
import { createSendTest } from "../forwarding/test-event.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { endpointTarget } from "../store/outbox.ts";
import { plainText } from "../words/plain-text.ts";
import { isConfirmed, NOT_CONFIRMED } from "./confirmation.ts";
import {
  attemptLine,
  factsOf,
  resultWords,
  tableOf,
} from "./endpoint-words.ts";
import { DONE, FAILED, WRONG_USAGE } from "./exit-status.ts";
import { deliver, print, printJson, say } from "./output.ts";
import { minuteText } from "./text-table.ts";
import { byCommand, withEndpoint, withStores } from "./with-endpoint.ts";

type Database = Pick<Config, "databaseUrl">;
type WithAllow = Pick<Config, "databaseUrl" | "forwardAllow">;

/** Whoever can run commands sees everything. */
const READER = { canChange: true, masksNumbers: false };

/** The settings of an endpoint as given on the command line. */
export type EndpointFlags = {
  readonly name: string;
  readonly url: string;
  readonly filter: string | undefined;
  /** Types with commas between them, or `all`. */
  readonly events: string | undefined;
  readonly rate: string | undefined;
  readonly concurrency: string | undefined;
};

/**
 * Adds an endpoint and prints only its secret to standard output, or both its id and its
 * secret as JSON. Resolves to the exit status.
 */
export function endpointAdd(
  { databaseUrl, forwardAllow: allow }: WithAllow,
  { name, url, filter, events, rate, concurrency }: EndpointFlags,
  asJson: boolean,
): Promise<number> {
  return withStores({ databaseUrl }, async ({ endpoints }) => {
    const by = byCommand();
    const added = await addEndpoint(
      endpoints,
      {
        name,
        url,
        filter,
        events: eventsIn(events),
        ratePerSecond: rate,
        concurrency,
      },
      { allow, now: by.at },
      by,
    );
    if ("mistakes" in added) return complain(added.mistakes);
    return handOver(added.id, added.secret, asJson);
  });
}

function eventsIn(text: string | undefined): readonly string[] | null {
  if (text === undefined || text === "all") return null;
  return text.split(",").map((each) => each.trim());
}

/** The name is taken, or there are too many, only once everything else is right. */
function complain(mistakes: readonly EndpointMistake[]): number {
  for (const { field, sentence } of mistakes)
    say(`${FLAGS[field]}: ${plainText(sentence)}`);
  return WRONG_USAGE;
}

const FLAGS: Record<EndpointMistake["field"], string> = {
  name: "name",
  url: "url",
  filter: "--filter",
  events: "--events",
  ratePerSecond: "--rate",
  concurrency: "--concurrency",
};

function handOver(id: number, secret: string, asJson: boolean): number {
  deliver(asJson ? JSON.stringify({ id, secret }) : secret);
  if (!asJson)
    say(
      "This is the secret. It won't be shown again. The receiver verifies requests with it.",
    );
  return DONE;
}

/** Lists the endpoints. Resolves to the exit status. */
export function endpointList(
  database: Database,
  asJson: boolean,
): Promise<number> {
  return withStores(database, async ({ endpoints, outbox }) => {
    const now = Date.now();
    const reports = await readReports(outbox, await endpoints.list(), now);
    if (asJson) printJson(reports.map((each) => endpointRecord(each, READER)));
    else if (reports.length === 0)
      say("There are no endpoints. smsledger endpoint add NAME URL adds one.");
    else print(tableOf(reports, now));
    return DONE;
  });
}

/** How many failed attempts are shown. */
const SHOWN_ATTEMPTS = 10;

/** Shows an endpoint and its latest failed attempts. Resolves to the exit status. */
export function endpointShow(
  database: Database,
  name: string,
  asJson: boolean,
): Promise<number> {
  return withEndpoint(database, name, async ({ outbox }, endpoint) => {
    const now = Date.now();
    const [report] = await readReports(outbox, [endpoint], now);
    const failed = await outbox.attempts(endpointTarget(endpoint.id), {
      size: SHOWN_ATTEMPTS,
      isSuccess: false,
    });
    if (report === undefined) return FAILED;
    if (asJson)
      printJson({
        ...endpointRecord(report, READER),
        failedAttempts: failed.map((each) => attemptRecord(each, false)),
      });
    else {
      print(factsOf(report, now));
      for (const each of failed) print(attemptLine(each));
    }
    return DONE;
  });
}

/** Pauses or resumes an endpoint. Resolves to the exit status. */
export function endpointSetState(
  database: Database,
  name: string,
  state: "active" | "paused",
): Promise<number> {
  return withEndpoint(database, name, async ({ endpoints }, { id }) => {
    await endpoints.setState(id, state, byCommand());
    say(
      state === "paused"
        ? "Paused. Its events wait until it's resumed."
        : "Resumed. It continues where it stopped.",
    );
    return DONE;
  });
}

/** Gives an endpoint a new secret and prints it. Resolves to the exit status. */
export function endpointRotate(
  database: Database,
  name: string,
  asJson: boolean,
): Promise<number> {
  return withEndpoint(database, name, async ({ endpoints }, { id }) => {
    const rotated = await rotateSecret(endpoints, id, byCommand());
    if (rotated === undefined) return FAILED;
    const status = handOver(id, rotated.secret, asJson);
    say(
      `The secret before is valid until ${minuteText(rotated.previousUntil)}.`,
    );
    return status;
  });
}

/** Removes an endpoint. Resolves to the exit status. */
export function endpointRemove(
  database: Database,
  name: string,
  isSure: boolean,
): Promise<number> {
  return withEndpoint(database, name, async ({ endpoints }, endpoint) => {
    const question = `Remove ${endpoint.name}, with its secret and its log?`;
    if (!isSure && !(await isConfirmed(question))) return NOT_CONFIRMED;
    await endpoints.remove(endpoint.id, byCommand());
    say("Removed.");
    return DONE;
  });
}

/** Sends a test event to an endpoint and shows the result. Resolves to the exit status: 1 if it wasn't accepted. */
export function endpointTest(
  config: WithAllow,
  name: string,
  version: string,
  asJson: boolean,
): Promise<number> {
  return withEndpoint(config, name, async (store, endpoint) => {
    const allow = config.forwardAllow;
    const outbound = createOutbound({ allow, version });
    const sendTest = createSendTest({ store, outbound, now: Date.now });
    const attempt = await sendTest(endpoint).finally(() => outbound.close());
    if (attempt === undefined) return FAILED;
    if (asJson) printJson(attemptRecord(attempt, false));
    else print(resultWords(attempt));
    return attempt.isSuccess ? DONE : FAILED;
  });
}
