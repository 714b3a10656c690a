import { expect, test } from "bun:test";
import { addAlert } from "../alerts/sample-alerts.ts";
import { ask, newToken, startApi } from "./api-server.ts";

const FAILURE_RATE = 1;
const SILENCE = 5;

test("alerts are listed newest first, in pages, by state and severity", async () => {
  await using api = await startApi();
  const { alerts } = api.store;
  const now = Date.now();
  for (let index = 0; index < 5; index++)
    await addAlert(alerts, now, {
      ruleId: SILENCE,
      minutesAgo: 90 - index,
      overMinutesAgo: 30,
    });
  await addAlert(alerts, now, {
    ruleId: FAILURE_RATE,
    minutesAgo: 10,
    measured: { failed: 98, finished: 152, from: now - 900_000, to: now },
  });
  const ids: number[] = [];
  let path: string | undefined = "/alerts?limit=4";
  while (path !== undefined) {
    const { status, body } = await ask(api.origin, path, api.masked);
    expect(status).toBe(200);
    ids.push(...body.data.map((each: { id: number }) => each.id));
    path =
      body.nextCursor === null
        ? undefined
        : `/alerts?limit=4&cursor=${body.nextCursor}`;
  }
  expect(ids).toEqual([6, 5, 4, 3, 2, 1]);
  const open = await ask(api.origin, "/alerts?state=open", api.masked);
  expect(open.body.data).toMatchObject([
    {
      id: 6,
      title: "64.5% of messages failed in the last 15 minutes",
      severity: "critical",
      state: "firing",
      rule: { id: FAILURE_RATE, kind: "failure-rate" },
      handledBy: null,
    },
  ]);
  for (const query of ["state=pending", "severity=x", "cursor=x", "x=1"])
    expect((await ask(api.origin, `/alerts?${query}`, api.masked)).status).toBe(
      400,
    );
});

test("a token with the scope write acknowledges and snoozes, and the history names it; others are refused", async () => {
  await using api = await startApi();
  const { alerts } = api.store;
  const { id } = await addAlert(alerts, Date.now(), {
    ruleId: SILENCE,
    minutesAgo: 10,
  });
  const writer = await newToken(api.store, "write", "pager");
  const post = (what: string, body: object, token = writer) =>
    ask(api.origin, `/alerts/${id}/${what}`, token, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await post("acknowledge", {}, api.whole)).status).toBe(403);
  const taken = await post("acknowledge", { note: "paged" });
  expect([taken.status, taken.body.data]).toMatchObject([
    200,
    { id, state: "acknowledged", handledBy: "token pager", note: "paged" },
  ]);
  await post("acknowledge", { note: "paged" });
  const until = new Date(Date.now() + 3_600_000).toISOString();
  expect((await post("snooze", { until })).body.data).toMatchObject({
    state: "snoozed",
    snoozedUntil: until,
  });
  for (const body of [
    {},
    { until: "soon" },
    { until: "2020-01-01T00:00:00Z" },
    { until: "2999-01-01T00:00:00Z" },
  ])
    expect((await post("snooze", body)).status).toBe(400);
  const one = await ask(api.origin, `/alerts/${id}`, api.masked);
  expect(
    one.body.data.history.map((each: { what: string; by: string }) => [
      each.what,
      each.by,
    ]),
  ).toEqual([
    ["pending", "server"],
    ["fired", "server"],
    ["acknowledged", "token pager"],
    ["snoozed", "token pager"],
  ]);
  expect((await ask(api.origin, "/alerts/999", api.masked)).status).toBe(404);
});

test("an alert that somebody has taken isn't taken from them, and the answer says who it was", async () => {
  await using api = await startApi();
  const { alerts } = api.store;
  const { id } = await addAlert(alerts, Date.now(), {
    ruleId: SILENCE,
    minutesAgo: 10,
  });
  const writer = await newToken(api.store, "write", "pager");
  const post = (what: string, body: object) =>
    ask(api.origin, `/alerts/${id}/${what}`, writer, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const at = Date.UTC(2026, 10, 30, 9, 41);
  const ana = { at, actor: "ana", address: null };
  await alerts.acknowledge(id, "mine", ana);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  for (const { status, body } of [
    await post("acknowledge", {}),
    await post("snooze", { until }),
  ]) {
    expect(status).toBe(409);
    expect(body.detail).toBe(
      "ana acknowledged it on 30 Nov 2026, 09:41 UTC. Nothing was changed. To take it over, use its page.",
    );
  }
  expect(await alerts.byId(id)).toMatchObject({ by: "ana", note: "mine" });
});

test("a token that sees numbers masked sees them masked in names and notes, too", async () => {
  await using api = await startApi();
  const { alerts } = api.store;
  const { id } = await addAlert(alerts, Date.now(), {
    ruleId: SILENCE,
    ruleName: "Quiet for +1 415-555-0123",
    minutesAgo: 10,
  });
  const by = { at: Date.now(), actor: "ana", address: null };
  await alerts.acknowledge(id, "Called +14155550123.", by);
  for (const path of ["/alerts", `/alerts/${id}`]) {
    const masked = await ask(api.origin, path, api.masked);
    const text = JSON.stringify(masked.body.data);
    expect(text).toContain("Called +");
    expect(text.replaceAll(/[^\d]/g, "")).not.toContain("4155550123");
    const whole = await ask(api.origin, path, api.whole);
    expect(JSON.stringify(whole.body.data)).toContain("Called +14155550123.");
  }
});

test("an alert that is over can't be changed", async () => {
  await using api = await startApi();
  const { id } = await addAlert(api.store.alerts, Date.now(), {
    ruleId: SILENCE,
    minutesAgo: 60,
    overMinutesAgo: 10,
  });
  const writer = await newToken(api.store, "write", "pager");
  const { status, body } = await ask(
    api.origin,
    `/alerts/${id}/acknowledge`,
    writer,
    { method: "POST" },
  );
  expect([status, body.title]).toEqual([409, "The alert is over"]);
});
