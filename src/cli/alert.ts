import { alertRecord } from "../alerts/alert-record.ts";
import { noteText } from "../alerts/note-text.ts";
import { openInOrder } from "../alerts/open-alerts.ts";
import { ruleSentence } from "../alerts/rule-words.ts";
import { SNOOZE_DAYS_MAX } from "../alerts/snooze.ts";
import { takenWords } from "../alerts/taken-words.ts";
import { told, type ToldAlert } from "../alerts/told-alerts.ts";
import type { Config } from "../config/config.ts";
import type { By } from "../store/accounts.ts";
import type {
  Alert,
  AlertRefusal,
  AlertRule,
  AlertStore,
} from "../store/alerts.ts";
import type { CommandStores } from "../store/engine.ts";
import { openEngine } from "../store/open.ts";
import { readTime } from "../time/filter-times.ts";
import { plainText } from "../words/plain-text.ts";
import { DONE, FAILED, WRONG_USAGE } from "./exit-status.ts";
import { print, printJson, say } from "./output.ts";
import { minuteText, textTable, timeJson } from "./text-table.ts";

type Database = Pick<Config, "databaseUrl">;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Alerts that are over, in the list. */
const OVER_LISTED = 20;

/** Lists alerts: open ones, most urgent first, then the latest that are over. Resolves to the exit status. */
export function alertList(
  database: Database,
  onlyFiring: boolean,
  asJson: boolean,
): Promise<number> {
  return withStores(database, async ({ alerts }) => {
    const open = openInOrder(await alerts.open());
    const over = onlyFiring
      ? []
      : await alerts.list({ size: OVER_LISTED, states: ["resolved"] });
    const listed = onlyFiring
      ? open.filter(({ state }) => state === "firing")
      : [...open, ...over];
    const shown = await withWords(database, listed);
    if (asJson) printJson(shown.map(alertRecord));
    else if (shown.length === 0)
      say(onlyFiring ? "Nothing is firing." : "There are no alerts.");
    else print(alertTable(shown));
    return DONE;
  });
}

/** Adds what alerts say; only then is the ledger read, for what senders are called. */
async function withWords(
  { databaseUrl }: Database,
  alerts: readonly Alert[],
): Promise<readonly ToldAlert[]> {
  if (!alerts.some(({ key }) => key.startsWith("sender:")))
    return told({ addressById: async () => undefined }, alerts);
  const reader = await openEngine(databaseUrl).openForReading();
  try {
    return await told(reader, alerts);
  } finally {
    await reader.close();
  }
}

function alertTable(alerts: readonly ToldAlert[]): string {
  return textTable([
    ["number", "severity", "state", "fired", "what"],
    ...alerts.map(({ id, severity, state, by, firedAt, since, story }) => [
      String(id),
      severity,
      by === null || state === "resolved" ? state : `${state} by ${by}`,
      minuteText(firedAt ?? since),
      plainText(story.title),
    ]),
  ]);
}

/** Lists the rules. Resolves to the exit status. */
export function alertRules(
  database: Database,
  asJson: boolean,
): Promise<number> {
  return withStores(database, async ({ alerts, alertChannels }) => {
    const [rules, channels] = await Promise.all([
      alerts.rules(),
      alertChannels.list(),
    ]);
    const nameOf = (id: number): string =>
      channels.find((each) => each.id === id)?.name ?? String(id);
    if (asJson) printJson(rules.map((rule) => ruleJson(rule, nameOf)));
    else print(ruleTable(rules));
    return DONE;
  });
}

/** A rule in `--json`. */
function ruleJson(rule: AlertRule, nameOf: (id: number) => string) {
  const { id, kind, name, filter, settings, severity, isOn, channelIds } = rule;
  return {
    id,
    kind,
    name,
    filter,
    settings,
    severity,
    on: isOn,
    channels: channelIds?.map(nameOf) ?? null,
    changedBy: rule.changedBy,
    changedAt: timeJson(rule.changedAt),
  };
}

function ruleTable(rules: readonly AlertRule[]): string {
  return textTable([
    ["rule", "severity", "on", "fires when"],
    ...rules.map((rule) => [
      rule.name,
      rule.severity,
      rule.isOn ? "yes" : "no",
      plainText(
        rule.filter === ""
          ? ruleSentence(rule)
          : `${ruleSentence(rule)} Only ${rule.filter}`,
      ),
    ]),
  ]);
}

/** Acknowledges an alert. Resolves to the exit status. */
export function alertAck(
  database: Database,
  id: string,
  note: string,
): Promise<number> {
  return handle(
    database,
    id,
    (alerts, alertId) => alerts.acknowledge(alertId, noteText(note), by()),
    "Acknowledged. It stays open until its condition ends.",
  );
}

/** Snoozes an alert. Resolves to the exit status. */
export function alertSnooze(
  database: Database,
  id: string,
  given: {
    readonly for: string | undefined;
    readonly until: string | undefined;
    readonly note: string;
  },
): Promise<number> {
  const now = Date.now();
  const until = snoozeUntil(given, now);
  if (until === undefined) {
    say(
      given.until === undefined
        ? "--for must be a time such as 30m, 2h or 1d."
        : "--until must be a time such as 2026-11-24T09:00.",
    );
    return Promise.resolve(WRONG_USAGE);
  }
  if (until <= now || until > now + SNOOZE_DAYS_MAX * DAY_MS) {
    say(
      `An alert can be snoozed until a time in the next ${SNOOZE_DAYS_MAX} days.`,
    );
    return Promise.resolve(WRONG_USAGE);
  }
  return handle(
    database,
    id,
    (alerts, alertId) =>
      alerts.snooze(alertId, until, noteText(given.note), by()),
    `Snoozed until ${minuteText(until)}.`,
  );
}

function snoozeUntil(
  given: {
    readonly for: string | undefined;
    readonly until: string | undefined;
  },
  now: number,
): number | undefined {
  if (given.until !== undefined)
    return /^\d{4}-/.test(given.until) ? readTime(given.until, now) : undefined;
  const length = given.for ?? "2h";
  const [, count, unit = ""] = /^(\d{1,4})([mhd])$/.exec(length) ?? [];
  const unitMs = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: DAY_MS }[unit];
  return unitMs === undefined ? undefined : now + Number(count) * unitMs;
}

function handle(
  database: Database,
  id: string,
  work: (alerts: AlertStore, id: number) => Promise<AlertRefusal | undefined>,
  done: string,
): Promise<number> {
  if (!/^\d{1,15}$/.test(id)) {
    say("Give the alert's number; smsledger alert list shows it.");
    return Promise.resolve(WRONG_USAGE);
  }
  return withStores(database, async ({ alerts }) => {
    const before = await alerts.byId(Number(id));
    const refusal = await work(alerts, Number(id));
    // Several people may use the command line, and all are called so.
    if (refusal === undefined)
      say(
        before === undefined || before.by === null
          ? done
          : plainText(
              `${done} Before, it was ${before.state} from the command line${before.note === "" ? "." : `: ${before.note}`}`,
            ),
      );
    else if (refusal === "not open")
      say("This alert is over. Nothing was changed.");
    else {
      const alert = await alerts.byId(Number(id));
      say(
        alert === undefined
          ? "No alert has this number. smsledger alert list shows them."
          : plainText(await takenWords(alerts, alert)),
      );
    }
    return refusal === undefined ? DONE : FAILED;
  });
}

function by(): By {
  return { at: Date.now(), actor: "command line", address: null };
}

async function withStores(
  { databaseUrl }: Database,
  work: (stores: CommandStores) => Promise<number>,
): Promise<number> {
  const stores = await openEngine(databaseUrl).openForCommand();
  try {
    return await work(stores);
  } finally {
    await stores.close();
  }
}
