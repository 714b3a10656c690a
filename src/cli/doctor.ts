import { DONE, FAILED } from "./exit-status.ts";
import { print, printJson } from "./output.ts";
import { ConfigError, type Config } from "../config/config.ts";
import { backupFindings, serverBackupFinding } from "../doctor/backups.ts";
import { clockFinding, pauseFindings } from "../doctor/clock.ts";
import { forwardingFindings } from "../doctor/forwarding.ts";
import { diskFinding, serverDiskFinding } from "../doctor/disk.ts";
import { wrong, type Finding } from "../words/finding.ts";
import { lookAtOwnServer } from "../doctor/own-server.ts";
import { publicUrlFindings } from "../doctor/public-url.ts";
import {
  reportJson,
  topicText,
  verdictText,
  type Topic,
} from "../doctor/report.ts";
import { settingsFindings } from "../doctor/settings.ts";
import { twilioFindings } from "../doctor/twilio.ts";
import { userFindings } from "../doctor/users.ts";
import type { Engine } from "../store/engine.ts";
import { openEngine } from "../store/open.ts";
import { StoreUnusable } from "../store/store.ts";
import type { UpkeepState } from "../store/upkeep.ts";

/**
 * Checks everything that smsledger needs, changes nothing, and says what to fix. The
 * server may be running or not. Resolves to the exit status: 1 if something is wrong.
 */
export async function doctor(
  readConfig: () => Config,
  version: string,
  asJson: boolean,
): Promise<number> {
  const say = asJson ? () => undefined : print;
  say(`smsledger ${version}\n`);
  const topics: Topic[] = [];
  for await (const topic of topicsOf(readConfig, version)) {
    if (topic.findings.length === 0) continue;
    topics.push(topic);
    say(`${topicText(topic)}\n`);
  }
  const report = reportJson(version, topics);
  if (asJson) printJson(report);
  else print(verdictText(topics));
  return report.wrong > 0 ? FAILED : DONE;
}

async function* topicsOf(
  readConfig: () => Config,
  version: string,
): AsyncGenerator<Topic> {
  const config = readOrExplain(readConfig);
  if (Array.isArray(config)) {
    yield { title: "Settings", findings: config };
    return;
  }
  yield { title: "Settings", findings: settingsFindings(config) };
  // Waits for the network, so it's started early.
  const clock = clockFinding(Date.now);
  const server = await lookAtOwnServer(config, Date.now());
  yield { title: "Server", findings: server.findings };
  const { publicUrl } = config;
  if (publicUrl !== undefined) {
    const { instance } = server;
    const { signIn, metricsToken, port } = config;
    const hasMetricsToken = metricsToken !== undefined;
    const asked = {
      publicUrl,
      instance,
      signIn,
      hasMetricsToken,
      port,
      version,
    };
    yield { title: "Public address", findings: await publicUrlFindings(asked) };
  }
  const senders = await twilioFindings(config, version);
  yield { title: "Twilio", findings: senders };
  const { topics, upkeep } = await databaseTopics(config, server.instance);
  yield* topics;
  const clockFindings = [await clock, ...pauseFindings(upkeep)];
  yield { title: "Clock", findings: clockFindings };
}

/** What was checked of the database, and how the chores went, if it could be read. */
async function databaseTopics(
  config: Config,
  instance: string | undefined,
): Promise<{
  readonly topics: readonly Topic[];
  readonly upkeep: UpkeepState | undefined;
}> {
  const engine = openOrExplain(config);
  if ("level" in engine)
    return {
      topics: [{ title: "Database", findings: [engine] }],
      upkeep: undefined,
    };
  const database = await engine.check({
    isServerRunning: instance !== undefined,
    now: Date.now(),
  });
  const { upkeep, findings, users, endpoints } = database;
  const { isOnServer } = engine;
  const { disk } = isOnServer ? { disk: undefined } : await engine.space();
  const topics: Topic[] = [
    { title: "Database", findings },
    {
      title: "Disk",
      findings: [
        isOnServer
          ? serverDiskFinding()
          : diskFinding(disk, database, config.retentionDays),
      ],
    },
    { title: "Users", findings: userFindings(config, users) },
    {
      title: "Backups",
      findings: isOnServer
        ? [serverBackupFinding()]
        : backupFindings(config, { disk, upkeep }, Date.now()),
    },
    { title: "Forwarding", findings: forwardingFindings(endpoints) },
  ];
  return { topics, upkeep };
}

/** The engine for the database, or what is wrong with its address. */
function openOrExplain(
  config: Pick<Config, "databaseUrl" | "databaseUrlFile">,
): Engine | Finding {
  try {
    return openEngine(config.databaseUrl, config.databaseUrlFile);
  } catch (error) {
    if (!(error instanceof StoreUnusable)) throw error;
    return wrong(error.message);
  }
}

/** The settings as the server would read them, or what is wrong with them. */
function readOrExplain(readConfig: () => Config): Config | Finding[] {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { mistakes } = error;
    return mistakes.map((mistake, index) =>
      index < mistakes.length - 1
        ? wrong(mistake)
        : wrong(
            mistake,
            "The server can't start with these settings; the other checks were skipped.",
          ),
    );
  }
}
