import { expect, test } from "bun:test";
import { get, linkById, linksIn } from "../pages/page-client.ts";
import { signedInAs, startWithPeople, type Answer } from "../account/people.ts";
import { startServer } from "../support/start-server.ts";
import { eventOf } from "../store/events.ts";
import { until } from "../support/until.ts";
import { OPEN_OF_RULE_MAX } from "../../src/store/alerts.ts";
import { addAlert } from "./sample-alerts.ts";

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 23, 14, 37, 20);

/** The default rules, by what they watch. */
const FAILURE_RATE = 1;
const NEW_CODE = 4;
const SILENCE = 5;
const STUCK = 6;

/** 98 of 152 messages failed, most with code 30003. */
const FLOOD = {
  failed: 98,
  finished: 152,
  from: NOW - 15 * 60_000,
  to: NOW,
  code: 30_003,
  codeFailed: 97,
};

const FLOOD_TITLE = "64.5% of messages failed in the last 15 minutes";

function textOf({ text }: Answer): string {
  return text
    .replaceAll(/<(?:script|style).*?<\/(?:script|style)>/gs, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}

test("without alerts, the page says what is watched, and that nobody would be told", async () => {
  await using server = await startServer();
  const page = await get(`${server.origin}/alerts`);
  expect(textOf(page)).toContain("Nothing is wrong");
  expect(textOf(page)).toContain("12 rules are checked every minute");
  expect(textOf(page)).toContain("No callbacks arrive");
  expect(textOf(page)).toContain("Nobody is notified.");
  expect(page.text).not.toContain("banner alert-banner");
  expect(page.text).toMatch(/id="favicon"[^>]*\/favicon\.svg"/);
  const rules = await server.store.alerts.rules();
  for (const { id } of rules)
    await server.store.alerts.changeRule(id, { isOn: false }, BY);
  expect(textOf(await get(`${server.origin}/alerts`))).toContain(
    "Nothing is watched",
  );
});

const BY = { at: NOW, actor: "ana", address: null };

test("rules that aren't checked any more are noticed on the page", async () => {
  await using server = await startServer({}, () => NOW);
  const { alerts } = server.store;
  const page = async (minutesAgo: number) => {
    const ranAt = NOW - minutesAgo * 60_000;
    const record = { ranAt, startedAt: ranAt, gaps: [] };
    await alerts.advance({ record, changes: [], dropped: [] });
    return textOf(await get(`${server.origin}/alerts`));
  };
  expect(await page(2)).not.toContain("The rules haven’t been checked");
  expect(await page(5)).toContain("The rules haven’t been checked since");
});

test("open alerts are listed by urgency, with what each says and where it leads", async () => {
  await using server = await startServer({}, () => NOW);
  const { alerts } = server.store;
  await addAlert(alerts, NOW, { ruleId: STUCK, minutesAgo: 10 });
  await addAlert(alerts, NOW, {
    ruleId: FAILURE_RATE,
    minutesAgo: 40,
    measured: FLOOD,
  });
  await addAlert(alerts, NOW, { ruleId: SILENCE, minutesAgo: 20 });
  const page = await get(`${server.origin}/alerts`);
  const titles = [...page.text.matchAll(/<h3><a[^>]*>(.*?)<\/a>/g)];
  expect(titles.map(([, title]) => title)).toEqual([
    expect.stringContaining("No callbacks in the last"),
    FLOOD_TITLE,
    expect.stringContaining("still in flight"),
  ]);
  expect(
    linksIn(page).filter((link) => link.includes("status%3Afailed")),
  ).toHaveLength(1);
});

test("while something critical is wrong, every page says so in one line, who has taken it, and how many alerts are open", async () => {
  await using server = await startWithPeople({}, () => NOW);
  const { alerts } = server.store;
  const ana = await signedInAs(server.origin, "ana");
  expect((await ana.get("/messages")).text).not.toContain(
    "banner alert-banner",
  );
  await addAlert(alerts, NOW, { ruleId: STUCK, minutesAgo: 10 });
  const flood = await addAlert(alerts, NOW, {
    ruleId: FAILURE_RATE,
    minutesAgo: 10,
    measured: FLOOD,
  });
  await until(async () =>
    expect((await ana.get("/")).text).toContain("banner alert-banner"),
  );
  for (const path of ["/", "/messages", "/settings/audit", "/alerts"]) {
    const page = await ana.get(path);
    expect([path, textOf(page)]).toEqual([
      path,
      expect.stringContaining(`${FLOOD_TITLE} See what to do`),
    ]);
    expect(page.text).toMatch(/id="favicon"[^>]*\/favicon-2\.svg"/);
    expect(textOf(page)).toContain("Alerts 2 open");
  }
  await ana.post(`/alerts/${flood.id}/acknowledge`, { note: "" });
  expect(textOf(await ana.get("/"))).toContain(
    `${FLOOD_TITLE} · acknowledged by ana See what to do`,
  );
  await ana.post(`/alerts/${flood.id}/snooze`, { for: "2h" });
  expect((await ana.get("/")).text).not.toContain("banner alert-banner");
  // Strangers learn nothing.
  const stranger = await get(`${server.origin}/login`);
  expect(stranger.text).not.toContain("favicon-2");
  expect(stranger.text).not.toContain("64.5%");
});

test("the page says which rule has more to report than it has alerts", async () => {
  await using server = await startServer({}, () => NOW);
  const { alerts } = server.store;
  const words = "has 50 alerts that are open or about to fire, the maximum.";
  const add = (i: number) =>
    addAlert(alerts, NOW, {
      ruleId: NEW_CODE,
      key: `code:${30_000 + i}`,
      minutesAgo: 10,
    });
  for (let i = 1; i < OPEN_OF_RULE_MAX; i++) await add(i);
  const before = await get(`${server.origin}/alerts`);
  expect(textOf(before)).not.toContain(words);
  await add(0);
  const page = await get(`${server.origin}/alerts`);
  expect(textOf(page)).toContain(`New error code ${words}`);
});

test("a member acknowledges an alert with a note, and its page and history show it", async () => {
  await using server = await startWithPeople({}, () => NOW);
  const { alerts } = server.store;
  const { id } = await addAlert(alerts, NOW, {
    ruleId: FAILURE_RATE,
    minutesAgo: 10,
    measured: FLOOD,
  });
  const mo = await signedInAs(server.origin, "mo");
  const before = await mo.get(`/alerts/${id}`);
  expect(textOf(before)).toContain("Of 152 messages with a final status, 98");
  expect(textOf(before)).toContain("Nobody has taken it");
  const answer = await mo.post(`/alerts/${id}/acknowledge`, {
    seen: "firing",
    note: "Looking into it.\r\nCarrier?\u202e <b>",
  });
  expect([answer.status, answer.headers.get("location")]).toEqual([
    303,
    `/alerts/${id}`,
  ]);
  const after = await mo.get(`/alerts/${id}`);
  expect(textOf(after)).toContain("Acknowledged by mo");
  expect(after.text).toContain("Looking into it.\nCarrier? &lt;b&gt;");
  // A second click changes nothing.
  await mo.post(`/alerts/${id}/acknowledge`, {
    seen: "firing",
    note: "Looking into it.\r\nCarrier?\u202e <b>",
  });
  expect((await alerts.history(id)).map(({ what }) => what)).toEqual([
    "pending",
    "fired",
    "acknowledged",
  ]);
});

test("of two people who take an alert at once, the second learns who was faster, and nothing changes", async () => {
  await using server = await startWithPeople({}, () => NOW);
  const { alerts } = server.store;
  const { id } = await addAlert(alerts, NOW, {
    ruleId: SILENCE,
    minutesAgo: 10,
  });
  const ana = await signedInAs(server.origin, "ana");
  const mo = await signedInAs(server.origin, "mo");
  const seen = { seen: "firing" };
  await ana.post(`/alerts/${id}/acknowledge`, { ...seen, note: "mine" });
  const late = await mo.post(`/alerts/${id}/snooze`, {
    ...seen,
    for: "30m",
    note: "later",
  });
  expect(late.status).toBe(400);
  expect(textOf(late)).toContain(
    "ana acknowledged it meanwhile. Nothing was changed.",
  );
  const anas = { state: "acknowledged", by: "ana", note: "mine" };
  expect(await alerts.byId(id)).toMatchObject(anas);
  // Neither from the list, whose button is there for alerts that nobody has taken.
  const ofList = await mo.post(`/alerts/${id}/acknowledge`, { from: "list" });
  expect([ofList.status, await alerts.byId(id)]).toMatchObject([400, anas]);
  // Whoever sees who has taken it can take it over.
  const page = await mo.get(`/alerts/${id}`);
  expect(page.text).toContain('name="seen-by" value="ana"');
  const over = { seen: "acknowledged", "seen-by": "ana", note: "now me" };
  await mo.post(`/alerts/${id}/acknowledge`, over);
  expect(await alerts.byId(id)).toMatchObject({ by: "mo", note: "now me" });
});

test("an alert is snoozed for a while, until tomorrow morning or until a time, in the reader's time zone", async () => {
  await using server = await startServer({}, () => NOW);
  const { alerts } = server.store;
  const { id } = await addAlert(alerts, NOW, {
    ruleId: SILENCE,
    minutesAgo: 10,
  });
  const snooze = (fields: Record<string, string>) =>
    post(server.origin, `/alerts/${id}/snooze`, fields);
  for (const [fields, until] of [
    [{ for: "30m" }, NOW + HOUR_MS / 2],
    [{ for: "2h" }, NOW + 2 * HOUR_MS],
    [{ for: "tomorrow" }, Date.UTC(2026, 10, 24, 9)],
    [{ for: "tomorrow", zone: "America/New_York" }, Date.UTC(2026, 10, 24, 14)],
    [
      { for: "until", until: "2026-11-23T20:15", zone: "Europe/Berlin" },
      Date.UTC(2026, 10, 23, 19, 15),
    ],
  ] as const) {
    expect((await snooze(fields)).status).toBe(303);
    expect((await alerts.byId(id))?.snoozedUntil).toBe(until);
  }
  for (const fields of [
    {},
    { for: "until" },
    { for: "until", until: "2026-11-23T14:00" },
    { for: "until", until: "2027-03-01T14:00" },
    { for: "until", until: "2026-02-30T14:00" },
  ]) {
    const answer = await snooze(fields);
    expect([fields, answer.status]).toEqual([fields, 400]);
    expect(answer.text).toContain('role="alert"');
  }
  await post(server.origin, `/alerts/${id}/reopen`, {});
  expect(await alerts.byId(id)).toMatchObject({
    state: "firing",
    snoozedUntil: null,
  });
});

test("the history continues from page to page, each alert once, and is narrowed by rule, severity, state and time", async () => {
  await using server = await startServer({}, () => NOW);
  const { alerts } = server.store;
  for (let index = 0; index < 60; index++)
    await addAlert(alerts, NOW, {
      ruleId: [FAILURE_RATE, NEW_CODE, STUCK][index % 3] ?? STUCK,
      minutesAgo: 60 * 24 * (60 - index),
      overMinutesAgo: 60 * 24 * (60 - index) - 30,
    });
  await addAlert(alerts, NOW, { ruleId: SILENCE, minutesAgo: 10 });
  for (const [query, count] of [
    ["", 60],
    ["?severity=critical", 21],
    [`?rule=${STUCK}`, 20],
    ["?state=resolved", 60],
    ["?state=firing", 1],
    ["?days=30", 30 + 1],
    [`?rule=${STUCK}&days=7`, 3],
    ["?severity=info", 0],
  ] as const) {
    const seen: string[] = [];
    let address: string | undefined = `/alerts${query}`;
    while (address !== undefined) {
      const page = await get(server.origin + address);
      expect(page.status).toBe(200);
      const [, table = ""] =
        /<table class="list alerts">(.*?)<\/table>/s.exec(page.text) ?? [];
      seen.push(
        ...[...table.matchAll(/href="(\/alerts\/\d+)"/g)].map(
          ([, link]) => link ?? "",
        ),
      );
      address = linkById(page, "older");
    }
    expect([query, seen.length]).toEqual([query, count]);
    expect(new Set(seen).size).toBe(count);
  }
});

test("addresses that no page links to get 400 or 404, and a pending alert isn't shown", async () => {
  await using server = await startServer({}, () => NOW);
  const { alerts } = server.store;
  for (const query of [
    "rule=x",
    "severity=high",
    "state=pending",
    "days=2",
    "older=-1",
  ])
    expect((await get(`${server.origin}/alerts?${query}`)).status).toBe(400);
  for (const id of ["1", "x", "-1", "9".repeat(20), "%00"])
    expect((await get(`${server.origin}/alerts/${id}`)).status).toBe(404);
  await alerts.addPending([
    {
      ruleId: SILENCE,
      ruleKind: "silence",
      ruleName: "No callbacks arrive",
      key: "",
      severity: "critical",
      since: NOW,
      facts: {
        filter: "",
        settings: {},
        channelIds: null,
        measuredAt: NOW,
        now: {},
        atFiring: null,
        peak: {},
        includes: [],
      },
    },
  ]);
  const [pending] = await alerts.open();
  expect((await get(`${server.origin}/alerts/${pending?.id}`)).status).toBe(
    404,
  );
  expect(textOf(await get(`${server.origin}/alerts`))).toContain(
    "Nothing is wrong",
  );
});

test("a code is muted from its page with a note, and unmuted from the list of rules", async () => {
  await using server = await startWithPeople({}, () => NOW);
  const mo = await signedInAs(server.origin, "mo");
  await mo.post("/errors/30007/mute", { note: "known <i>" });
  const page = await mo.get("/errors/30007");
  expect(textOf(page)).toContain("Muted by mo , just now : known &lt;i&gt;");
  expect(textOf(await mo.get("/alerts/rules"))).toContain("Muted error codes");
  await mo.post("/errors/30007/mute", { note: "known" });
  await mo.post("/errors/30007/unmute", { from: "rules" });
  await mo.post("/errors/30007/unmute", { from: "rules" });
  expect(await server.store.alerts.mutedCodes()).toEqual([]);
  expect((await mo.post("/errors/x/mute")).status).toBe(404);
});

test("an alert's numbers are those of the lists that they lead to, also when statuses changed since", async () => {
  await using server = await startServer({}, () => NOW);
  const { alerts } = server.store;
  await Promise.all(
    Array.from({ length: 90 }, (_, index) =>
      server.store.recordEvent(
        eventOf(
          index < 61
            ? { MessageStatus: "undelivered", ErrorCode: "30003" }
            : { MessageStatus: "delivered" },
          { receivedAt: NOW - 10 * 60_000 },
        ),
      ),
    ),
  );
  const from = NOW - 20_000 - 15 * 60_000;
  const { id } = await addAlert(alerts, NOW, {
    ruleId: FAILURE_RATE,
    minutesAgo: 10,
    measured: { ...FLOOD, failed: 55, finished: 80, from, to: from + 900_000 },
  });
  const page = await get(`${server.origin}/alerts/${id}`);
  const numbers = [
    ...page.text.matchAll(
      /<dd><a href="(\/messages[^"]*)">([^<]*)<\/a>(?:<small>([^<]*))?/g,
    ),
  ];
  expect(numbers.map(([, , value, small]) => [value, small])).toEqual([
    ["61", "55 when measured"],
    ["90", "80 when measured"],
  ]);
  for (const [, list = "", value] of numbers) {
    const found = await get(server.origin + list.replaceAll("&amp;", "&"));
    expect(found.text).toContain(`<b>${value} messages</b>`);
  }
});

/** Sends a form as a page does, without sign-in. */
function post(origin: string, path: string, fields: Record<string, string>) {
  return get(origin + path, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
    },
    body: new URLSearchParams(fields).toString(),
  });
}

test("with masked numbers, members don't see a rule's filter that names a number, nor links with it", async () => {
  await using server = await startWithPeople({ MASK_NUMBERS: "true" });
  const { alerts } = server.store;
  const now = Date.now();
  const added = await alerts.addRule(
    {
      kind: "failure-rate",
      name: "VIP",
      filter: "country:US to:+14155550123",
      settings: { percent: 30, clearsBelow: 20 },
      severity: "critical",
      channelIds: null,
      isOn: true,
    },
    { at: now, actor: "ana", address: null },
  );
  const ruleId = "id" in added ? added.id : 0;
  const measured = { failed: 3, finished: 4, from: now - 900_000, to: now };
  const { id } = await addAlert(alerts, now, {
    ruleId,
    minutesAgo: 9,
    measured,
  });
  const paths = [
    "/alerts",
    `/alerts/${id}`,
    "/alerts/rules",
    `/alerts/rules/${ruleId}`,
  ];
  const member = await signedInAs(server.origin, "mo");
  for (const path of paths) {
    const { status, text } = await member.get(path);
    expect([path, status, text.includes("VIP")]).toEqual([path, 200, true]);
    expect([path, text.replaceAll(/\D/g, "")]).toEqual([
      path,
      expect.not.stringContaining("4155550123"),
    ]);
  }
  const admin = await signedInAs(server.origin, "ana");
  for (const path of paths)
    expect([path, (await admin.get(path)).text]).toEqual([
      path,
      expect.stringMatching(/(?:%2B|\+)14155550123/),
    ]);
});
