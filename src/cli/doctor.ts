import { DONE, FAILED } from "./exit-status.ts";
import { print, printJson } from "./output.ts";
import { ConfigError, type Config } from "../config/config.ts";
import { backupFindings } from "../doctor/backups.ts";
import { clockFinding, pauseFindings } from "../doctor/clock.ts";
import { forwardingFindings } from "../doctor/forwarding.ts";
import { diskFinding } from "../doctor/disk.ts";
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
import { userFindings } from "../doctor/users.ts";
import { openEngine } from "../store/open.ts";

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
  const { publicUrl, databaseUrl, retentionDays } = config;
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
  const engine = openEngine(databaseUrl, config.databaseUrlFile);
  const database = await engine.check({
    isServerRunning: server.instance !== undefined,
    now: Date.now(),
  });
  yield { title: "Database", findings: database.findings };
  const { disk } = await engine.space();
  yield {
    title: "Disk",
    findings: [diskFinding(disk, database, retentionDays)],
  };
  yield { title: "Users", findings: userFindings(config, database.users) };
  yield {
    title: "Backups",
    findings: backupFindings(
      config,
      { disk, upkeep: database.upkeep },
      Date.now(),
    ),
  };
  yield {
    title: "Forwarding",
    findings: forwardingFindings(database.endpoints),
  };
  const clockFindings = [await clock, ...pauseFindings(database.upkeep)];
  yield { title: "Clock", findings: clockFindings };
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
