import { join } from "node:path";
import type { Stores } from "../../src/store/stores.ts";
import { addAlert } from "../alerts/sample-alerts.ts";
import { eventOf } from "../store/events.ts";
import { openStore } from "../support/open-store.ts";
import { tempDir } from "../support/temp-dir.ts";
import { startBinary } from "./sites.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The default rules, by what they watch. */
const FAILURE_RATE = 1;
const OF_SENDERS = 2;
const OF_COUNTRIES = 3;
const NEW_CODE = 4;
const SILENCE = 5;
const STUCK = 6;
const REFUSED = 7;

const HOSTILE = `"><img src=x onerror=alert(1)> <script>alert(1)</script> ${"W".repeat(200)} مرحبا`;

/** Every page of alerts, rules and channels, in each of its states. */
export const PAGES_OF_ALERTS: Readonly<Record<string, string>> = {
  overview: "/",
  alerts: "/alerts",
  "alerts-narrowed": "/alerts?severity=critical&state=resolved&days=30",
  "alerts-nothing": "/alerts?severity=info",
  "alert-over": "/alerts/1",
  "alert-firing": "/alerts/26",
  "alert-acknowledged": "/alerts/27",
  "alert-snoozed": "/alerts/28",
  "alert-of-country": "/alerts/29",
  rules: "/alerts/rules",
  rule: "/alerts/rules/1",
  "rule-hostile": "/alerts/rules/11",
  "rule-remove": "/alerts/rules/11/remove",
  "rule-kinds": "/alerts/rules/new?q=country:US",
  "rule-new": "/alerts/rules/new?kind=failure-rate&q=country:US",
  "rule-of-server": "/alerts/rules/new?kind=disk",
  channels: "/alerts/channels",
  channel: "/alerts/channels/1",
  "channel-new": "/alerts/channels/new?kind=ntfy",
  "channel-email": "/alerts/channels/new?kind=email",
  "channel-remove": "/alerts/channels/1/remove",
  "error-muted": "/errors/30005",
};

/** Starts the compiled program with alerts that are firing, taken, snoozed and over. */
export async function startWithAlerts() {
  const folder = tempDir();
  const database = join(folder.path, "smsledger.db");
  const store = await openStore(database);
  await seedAlerts(store, Date.now());
  await store.close();
  const site = await startBinary({ DATABASE_URL: database });
  return {
    ...site,
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

async function seedAlerts(store: Stores, now: number): Promise<void> {
  const { alerts, alertChannels } = store;
  const by = { actor: "Ana Núñez", address: null, at: now };
  await Promise.all(
    Array.from({ length: 120 }, (_, index) =>
      store.recordEvent(
        eventOf(
          index % 3 === 0
            ? { MessageStatus: "delivered" }
            : { MessageStatus: "undelivered", ErrorCode: "30003" },
          { receivedAt: now - (index % 24) * MINUTE_MS },
        ),
      ),
    ),
  );
  await alertChannels.add(
    {
      kind: "ntfy",
      name: "on-call phone",
      severities: ["critical"],
      quietHours: { from: 22 * 60, to: 7 * 60, timeZone: "Europe/Berlin" },
      isOn: true,
      settings: { server: "https://ntfy.sh", topic: "secret-topic", token: "" },
    },
    by,
  );
  await alertChannels.add(
    {
      kind: "email",
      name: HOSTILE.slice(0, 100),
      severities: ["critical", "warning"],
      quietHours: null,
      isOn: false,
      settings: { to: "ops@example.com" },
    },
    by,
  );
  await alerts.addRule(
    {
      kind: "failure-rate",
      name: HOSTILE.slice(0, 100),
      filter: `tag:campaign="${"x".repeat(300)}"`,
      settings: {},
      severity: "info",
      isOn: false,
      channelIds: [1],
    },
    by,
  );
  await alerts.muteCode(30_005, HOSTILE, by);
  const measured = {
    failed: 80,
    finished: 120,
    from: now - 25 * MINUTE_MS,
    to: now,
    code: 30_003,
    codeFailed: 80,
  };
  for (let index = 0; index < 25; index++)
    await addAlert(alerts, now, {
      ruleId: index % 2 === 0 ? FAILURE_RATE : OF_SENDERS,
      key: index % 2 === 0 ? "" : "sender:1",
      minutesAgo: (30 - index) * 24 * 60,
      overMinutesAgo: (30 - index) * 24 * 60 - 45,
      measured,
    });
  await addAlert(alerts, now, {
    ruleId: FAILURE_RATE,
    minutesAgo: 20,
    measured,
  });
  const taken = await addAlert(alerts, now, {
    ruleId: NEW_CODE,
    key: "code:30007",
    minutesAgo: 90,
    measured: {
      code: 30_007,
      messages: 9,
      from: now - 2 * HOUR_MS,
      to: now,
      days: 30,
    },
  });
  await alerts.acknowledge(taken.id, `Known.\n${HOSTILE}`, by);
  const snoozed = await addAlert(alerts, now, {
    ruleId: STUCK,
    minutesAgo: 300,
    measured: {
      inFlight: 24,
      messages: 100,
      hours: 6,
      from: now - 8 * HOUR_MS,
      to: now - 7 * HOUR_MS,
    },
  });
  await alerts.snooze(snoozed.id, now + 3 * HOUR_MS, "", by);
  await addAlert(alerts, now, {
    ruleId: OF_COUNTRIES,
    key: "country:US",
    minutesAgo: 25,
    measured,
  });
  await addAlert(alerts, now, {
    ruleId: SILENCE,
    minutesAgo: 200,
    overMinutesAgo: 100,
    measured: {
      minutes: 60,
      from: now - 4 * HOUR_MS,
      to: now - 3 * HOUR_MS,
      usually: 40,
      weeks: 4,
    },
  });
  await addAlert(alerts, now, {
    ruleId: REFUSED,
    minutesAgo: 30,
    measured: { callbacks: 12, kinds: 1, from: now - HOUR_MS, to: now },
  });
}
