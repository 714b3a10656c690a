import { expect, test } from "bun:test";
import { signedInAs, startWithPeople, type Answer } from "../account/people.ts";
import { until } from "../support/until.ts";

const SECRET = /whsec_[A-Za-z0-9+/=]{40,}/;

function textOf({ text }: Answer): string {
  return text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

const HOOK = {
  kind: "webhook",
  name: "ops bot",
  "setting-url": "https://ops.example.com/alerts",
  "setting-secret": "",
  "takes-critical": "1",
  "takes-warning": "1",
  "quiet-from": "22:00",
  "quiet-to": "07:00",
  "quiet-zone": "Europe/Berlin",
};

test("a generated secret is shown once, and never again by any page", async () => {
  await using server = await startWithPeople();
  const { alertChannels } = server.store;
  const ana = await signedInAs(server.origin, "ana");
  const once = crypto.randomUUID();
  const added = await ana.post("/alerts/channels", { ...HOOK, once });
  expect(added.status).toBe(200);
  const [secret = ""] = SECRET.exec(added.text) ?? [];
  const [channel] = await alertChannels.list();
  expect(channel).toMatchObject({
    kind: "webhook",
    name: "ops bot",
    severities: ["critical", "warning"],
    quietHours: { from: 1_320, to: 420, timeZone: "Europe/Berlin" },
    isOn: true,
    createdBy: "ana",
  });
  const settings = await alertChannels.settingsOf(channel?.id ?? 0);
  expect(settings?.["secret"]).toBe(secret);
  for (const path of [
    "/alerts/channels",
    `/alerts/channels/${channel?.id}`,
    "/settings/audit",
    "/alerts/rules/1",
  ])
    expect((await ana.get(path)).text).not.toContain(secret);
  // Left empty, it stays; a mistake doesn't show what was typed.
  await ana.post(`/alerts/channels/${channel?.id}`, { ...HOOK, name: "bot" });
  expect(await alertChannels.settingsOf(channel?.id ?? 0)).toEqual(
    settings ?? {},
  );
  const mistaken = await ana.post(`/alerts/channels/${channel?.id}`, {
    ...HOOK,
    name: "",
    "setting-secret": "whsec_typed",
  });
  expect(mistaken.status).toBe(400);
  expect(textOf(mistaken)).toContain("Give the channel a name.");
  expect(mistaken.text).not.toContain("whsec_typed");
});

test("an empty secret's field says what it does: a new channel gets one, an existing one keeps its own", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const fresh = textOf(await ana.get("/alerts/channels/new?kind=webhook"));
  expect(fresh).toContain("Leave it empty to get a new one.");
  await ana.post("/alerts/channels", HOOK);
  const [channel] = await server.store.alertChannels.list();
  const saved = textOf(await ana.get(`/alerts/channels/${channel?.id}`));
  expect(saved).toContain("Leave it empty to keep the current one");
  expect(saved).not.toContain("Leave it empty to get a new one.");
});

test("a channel is turned off and on and removed; a second click does nothing, and members only look", async () => {
  await using server = await startWithPeople();
  const { alertChannels } = server.store;
  const ana = await signedInAs(server.origin, "ana");
  const mo = await signedInAs(server.origin, "mo");
  expect(textOf(await mo.get("/alerts/channels"))).toContain(
    "Nobody is notified yet",
  );
  const email = { kind: "email", name: "on-call", "setting-to": "a@b.example" };
  const once = crypto.randomUUID();
  await Promise.all([
    ana.post("/alerts/channels", { ...email, once }),
    ana.post("/alerts/channels", { ...email, once }),
  ]);
  const [channel, ...others] = await alertChannels.list();
  expect(others).toEqual([]);
  const path = `/alerts/channels/${channel?.id}`;
  expect(textOf(await ana.get(path))).toContain("No mail server is set.");
  await ana.post(`${path}/switch`, { on: "" });
  await ana.post(`${path}/switch`, { on: "" });
  expect((await alertChannels.list())[0]?.isOn).toBe(false);
  expect(textOf(await mo.get("/alerts"))).toContain("Nobody is notified.");
  const seen = await mo.get("/alerts/channels");
  expect(textOf(seen)).toContain("a@b.example");
  expect(seen.text).not.toMatch(/\/switch|kind=slack/);
  await ana.post(`${path}/remove`);
  expect((await ana.post(`${path}/remove`)).status).toBe(303);
  expect(await alertChannels.list()).toEqual([]);
});

test("a test says in words how it went, and the list shows it", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const refused = await ana.post("/alerts/channels", {
    ...HOOK,
    "setting-url": "http://127.0.0.1:9/x",
    next: "test",
  });
  expect(refused.status).toBe(200);
  expect(textOf(refused)).toContain("The test wasn’t sent");
  expect(textOf(refused)).toContain("FORWARD_ALLOW");
  expect(refused.text).toMatch(SECRET);
  await until(async () =>
    expect(textOf(await ana.get("/alerts/channels"))).toContain(
      "Failed just now",
    ),
  );
});

test("invalid settings, quiet hours and kinds are refused with a sentence", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  for (const [fields, sentence] of [
    [{ "setting-url": "ftp://x" }, "URL must be an address"],
    [{ "quiet-to": "" }, "Give both times"],
    [{ "quiet-to": "22:00" }, "can’t begin and end at the same time"],
    [{ "quiet-zone": "Mars/Base" }, "The time zone must be a name"],
    [{ name: "x".repeat(101) }, "at most 100 characters"],
  ] as const) {
    const answer = await ana.post("/alerts/channels", { ...HOOK, ...fields });
    expect([fields, answer.status]).toEqual([fields, 400]);
    expect(textOf(answer)).toContain(sentence);
  }
  for (const kind of ["", "fax"]) {
    expect((await ana.get(`/alerts/channels/new?kind=${kind}`)).status).toBe(
      404,
    );
    expect((await ana.post("/alerts/channels", { ...HOOK, kind })).status).toBe(
      404,
    );
  }
  expect(await server.store.alertChannels.list()).toEqual([]);
});
