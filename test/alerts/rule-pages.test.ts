import { expect, test } from "bun:test";
import { signedInAs, startWithPeople, type Answer } from "../account/people.ts";
import { eventOf } from "../store/events.ts";

/** What a new ledger has. */
const RULES = 12;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 10, 23, 14, 37, 20);

const FAILURE_RATE = {
  kind: "failure-rate",
  name: "US fails",
  q: "country:US",
  "set-each": "all",
  "set-percent": "30",
  "set-clearsBelow": "20",
  "set-messagesMin": "10",
  "set-minutes": "15",
  "set-sustainedMinutes": "3",
  severity: "critical",
  notify: "severity",
  on: "1",
};

function textOf({ text }: Answer): string {
  return text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

test("an admin adds a rule with a filter, changes it, turns it off and removes it, and each is in the audit list", async () => {
  await using server = await startWithPeople({}, () => NOW);
  const { alerts, audit } = server.store;
  const ana = await signedInAs(server.origin, "ana");
  const once = crypto.randomUUID();
  const add = () => ana.post("/alerts/rules", { ...FAILURE_RATE, once });
  // A second click adds no second rule.
  for (const answer of await Promise.all([add(), add()]))
    expect([answer.status, answer.headers.get("location")]).toEqual([
      303,
      "/alerts/rules",
    ]);
  const rule = (await alerts.rules()).at(-1);
  expect(rule).toMatchObject({
    kind: "failure-rate",
    name: "US fails",
    filter: "country:US",
    settings: { percent: 30, minutes: 15 },
    severity: "critical",
    isOn: true,
    channelIds: null,
    createdBy: "ana",
  });
  expect(await alerts.rules()).toHaveLength(RULES + 1);
  const list = textOf(await ana.get("/alerts/rules"));
  expect(list).toContain(
    "At least 30% of the messages of the last 15 minutes failed",
  );
  expect(list).toContain("Only country:US");

  const path = `/alerts/rules/${rule?.id}`;
  const changed = { ...FAILURE_RATE, "set-percent": "40", on: "" };
  expect((await ana.post(path, changed)).status).toBe(303);
  expect(await alerts.ruleById(rule?.id ?? 0)).toMatchObject({
    settings: { percent: 40 },
    isOn: false,
    changedBy: "ana",
  });
  await ana.post(`${path}/switch`, { on: "1" });
  await ana.post(`${path}/switch`, { on: "1" });
  expect(await alerts.ruleById(rule?.id ?? 0)).toMatchObject({ isOn: true });
  await ana.post(`${path}/remove`);
  await ana.post(`${path}/remove`);
  expect(await alerts.ruleById(rule?.id ?? 0)).toBeUndefined();
  expect((await ana.get(path)).status).toBe(404);
  const entries = await audit.list({ size: 20 });
  expect(
    entries.filter(({ action }) => action.includes("rule")).length,
  ).toBeGreaterThanOrEqual(4);
});

test("what is wrong with a rule is said beside what was filled in, and nothing is saved", async () => {
  await using server = await startWithPeople({}, () => NOW);
  const ana = await signedInAs(server.origin, "ana");
  for (const [fields, sentence] of [
    [{ name: "" }, "Give the rule a name."],
    [{ name: "a\u202eb" }, "can contain only letters"],
    [{ name: "Many messages fail" }, "Another rule has this name."],
    [{ "set-percent": "0" }, "must be a whole number of % from 1 to 100"],
    [{ "set-clearsBelow": "90" }, "must not be higher than the share"],
    [{ q: "colour:red" }, "colour"],
    [{ q: "status:failed" }, "A rule’s filter can’t contain status"],
    [{ notify: "channels" }, "Choose at least one channel"],
  ] as const) {
    const answer = await ana.post("/alerts/rules", {
      ...FAILURE_RATE,
      ...fields,
    });
    expect([fields, answer.status]).toEqual([fields, 400]);
    const [, alert = ""] = /role="alert">(.*?)<\/div>/s.exec(answer.text) ?? [];
    if (sentence !== "colour") expect(alert).toContain(sentence);
    expect(answer.text).toContain('value="15"');
  }
  expect(await server.store.alerts.rules()).toHaveLength(RULES);
});

test("before a rule is saved, it shows when it would have fired, over the messages of 30 days", async () => {
  await using server = await startWithPeople({}, () => NOW);
  const { store, origin } = server;
  // Two hours of failures in one country, five days ago.
  const began = NOW - 5 * DAY_MS;
  await Promise.all(
    Array.from({ length: 400 }, (_, index) =>
      store.recordEvent({
        ...eventOf(
          index < 160
            ? { MessageStatus: "undelivered", ErrorCode: "30003" }
            : { MessageStatus: "delivered" },
          {
            receivedAt:
              index < 160
                ? began + index * 45_000
                : began - DAY_MS + index * 15 * 60_000,
          },
        ),
      }),
    ),
  );
  const ana = await signedInAs(origin, "ana");
  const preview = await ana.post("/alerts/rules/preview", {
    ...FAILURE_RATE,
    name: "",
    q: "",
  });
  expect(preview.status).toBe(200);
  expect(textOf(preview)).toContain(
    "In the last 30 days it would have fired once",
  );
  expect(preview.text).toMatch(/class="chart-marks" d="M/);
  expect(textOf(preview)).toMatch(/18 Nov 2026, \d\d:\d\d UTC for \d+ h/);
  expect(await store.alerts.rules()).toHaveLength(RULES);
  const calm = await ana.post("/alerts/rules/preview", {
    ...FAILURE_RATE,
    q: "country:DE",
  });
  expect(textOf(calm)).toContain("it wouldn’t have fired");
  // A rule about the server itself has no past.
  const disk = await ana.get("/alerts/rules/new?kind=disk");
  expect(textOf(disk)).not.toContain("In the last 30 days");
});

test("Alert me on this leads from a filtered list and from an error code to a form that has the filter", async () => {
  await using server = await startWithPeople({}, () => NOW);
  const ana = await signedInAs(server.origin, "ana");
  const mo = await signedInAs(server.origin, "mo");
  const linkOn = async (path: string) =>
    /href="([^"]*)"[^>]*>\s*Alert me on this/.exec(
      (await ana.get(path)).text,
    )?.[1];
  const fromList = await linkOn("/messages?q=country:US+channel:sms");
  const kinds = await ana.get(fromList?.replaceAll("&amp;", "&") ?? "");
  expect(textOf(kinds)).toContain("country:US channel:sms");
  expect(textOf(kinds)).not.toContain("Disk nearly full");
  const [form = ""] =
    kinds.text.match(/\/alerts\/rules\/new\?kind=failure-rate[^"]*/) ?? [];
  expect((await ana.get(form.replaceAll("&amp;", "&"))).text).toContain(
    'value="country:US channel:sms"',
  );
  const fromCode = await linkOn("/errors/30007");
  expect(
    (await ana.get(fromCode?.replaceAll("&amp;", "&") ?? "")).text,
  ).toContain('value="code:30007"');
  // A rule decides itself which statuses and times it counts.
  const failed = await linkOn("/messages?q=status:failed+after:7d+from:ACME");
  const narrowed = await ana.get(
    `${failed?.replaceAll("&amp;", "&") ?? ""}&kind=stuck`,
  );
  expect(narrowed.text).toContain('value="from:ACME"');
  expect(await linkOn("/messages")).toBeUndefined();
  // Members can't add rules.
  for (const path of ["/messages?q=country:US", "/errors/30007"])
    expect((await mo.get(path)).text).not.toContain("Alert me on this");
  const seen = await mo.get("/alerts/rules/1");
  expect(seen.status).toBe(200);
  expect(seen.text).not.toContain("rule-form");
  expect(textOf(seen)).toContain("At least 25% of the messages");
});
