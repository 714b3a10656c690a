import { expect, test } from "bun:test";
import {
  MUTED_CODES_MAX,
  OPEN_OF_RULE_MAX,
  RULES_MAX,
  type Alert,
  type AlertChange,
  type AlertFacts,
  type AlertStore,
  type NewAlert,
  type NewAlertRule,
} from "../../../src/store/alerts.ts";
import { channelTarget } from "../../../src/store/outbox.ts";
import { StoreUnavailable } from "../../../src/store/store.ts";
import { storeContract } from "../contract.ts";

const AT = Date.UTC(2026, 10, 23, 12, 30);
const BY = { at: AT, actor: "ana", address: null };

const RULE: NewAlertRule = {
  kind: "failure-rate",
  name: "Codes to Germany",
  filter: "country:DE",
  settings: { each: "all", percent: 5 },
  severity: "warning",
  isOn: true,
  channelIds: null,
};

const FACTS: AlertFacts = {
  filter: "",
  settings: { percent: 5 },
  channelIds: null,
  measuredAt: AT,
  now: { share: 0.2 },
  atFiring: null,
  peak: { share: 0.2 },
  includes: [],
};

async function addPending(
  alerts: AlertStore,
  given: Partial<NewAlert> = {},
): Promise<Alert> {
  const key = given.key ?? "";
  await alerts.addPending([
    {
      ruleId: 1,
      ruleKind: "failure-rate",
      ruleName: "Many messages fail",
      key,
      severity: "critical",
      since: AT,
      facts: FACTS,
      ...given,
    },
  ]);
  const added = (await alerts.open()).find((each) => each.key === key);
  if (added === undefined) throw new Error("The alert wasn't added.");
  return added;
}

function firing(alert: Alert): AlertChange {
  return {
    ...alert,
    state: "firing",
    firedAt: AT,
    toldKind: "firing",
    toldAt: AT,
    entries: [{ at: AT, what: "fired", by: "server", note: "" }],
    notices: [],
  };
}

function advance(
  alerts: AlertStore,
  changes: readonly AlertChange[],
  dropped: readonly Alert[] = [],
): Promise<void> {
  const record = { ranAt: AT, startedAt: AT, gaps: [] };
  return alerts.advance({ record, changes, dropped });
}

async function addFiring(alerts: AlertStore, key = ""): Promise<Alert> {
  const pending = await addPending(alerts, { key });
  await advance(alerts, [firing(pending)]);
  const fired = await alerts.byId(pending.id);
  if (fired === undefined) throw new Error("The alert is gone.");
  return fired;
}

storeContract((openStore) => {
  test("a new ledger has rules that are on", async () => {
    await using opened = await openStore();
    const rules = await opened.store.alerts.rules();
    expect(new Set(rules.map(({ kind }) => kind))).toEqual(
      new Set([
        "failure-rate",
        "new-code",
        "silence",
        "stuck",
        "refused",
        "forwarding",
        "backup",
        "disk",
        "recording",
        "missed",
      ]),
    );
    for (const rule of rules)
      expect(rule).toMatchObject({
        isOn: true,
        filter: "",
        channelIds: null,
        createdBy: "smsledger",
        createdAt: 0,
        changedBy: null,
      });
  });

  test("a rule is kept as it was given, changed, and removed, each with an entry in the audit list", async () => {
    await using opened = await openStore();
    const { alerts, audit } = opened.store;
    const added = await alerts.addRule(RULE, BY);
    const id = "id" in added ? added.id : 0;
    expect(await alerts.ruleById(id)).toEqual({
      ...RULE,
      id,
      createdBy: "ana",
      createdAt: AT,
      changedBy: null,
      changedAt: null,
    });
    const later = { ...BY, at: AT + 1, actor: "ben" };
    const change = { filter: "", channelIds: [3], settings: { percent: 9 } };
    expect(await alerts.changeRule(id, change, later)).toBeUndefined();
    expect(await alerts.ruleById(id)).toMatchObject({
      ...RULE,
      ...change,
      changedBy: "ben",
      changedAt: AT + 1,
    });
    await alerts.changeRule(id, { isOn: false }, later);
    await alerts.changeRule(id, { isOn: false }, later);
    expect(await alerts.removeRule(id, later)).toBe(true);
    expect(await alerts.removeRule(id, later)).toBe(false);
    expect(await alerts.ruleById(id)).toBeUndefined();
    const entries = await audit.list({ size: 10 });
    expect(entries.map((each) => `${each.action} ${each.subject}`)).toEqual([
      "removed the alert rule Codes to Germany",
      "turned off the alert rule Codes to Germany",
      "changed the alert rule Codes to Germany",
      "created the alert rule Codes to Germany",
    ]);
  });

  test("rules have unique names, and their number is limited", async () => {
    await using opened = await openStore();
    const { alerts } = opened.store;
    await alerts.addRule(RULE, BY);
    expect(await alerts.addRule(RULE, BY)).toEqual({ refusal: "name taken" });
    expect(await alerts.changeRule(1, { name: RULE.name }, BY)).toBe(
      "name taken",
    );
    expect(await alerts.changeRule(4_711, {}, BY)).toBe("no such rule");
    const left = RULES_MAX - (await alerts.rules()).length;
    for (let i = 0; i < left; i++)
      await alerts.addRule({ ...RULE, name: `rule ${i}` }, BY);
    expect(await alerts.addRule({ ...RULE, name: "more" }, BY)).toEqual({
      refusal: "too many",
    });
  });

  test("an alert goes from pending to firing with its history", async () => {
    await using opened = await openStore();
    const { alerts } = opened.store;
    const pending = await addPending(alerts);
    expect(pending).toMatchObject({
      state: "pending",
      since: AT,
      firedAt: null,
      facts: FACTS,
    });
    await addPending(alerts);
    expect(await alerts.open()).toHaveLength(1);
    await advance(alerts, [firing(pending)]);
    expect(await alerts.byId(pending.id)).toMatchObject({
      state: "firing",
      version: pending.version + 1,
      firedAt: AT,
    });
    const history = await alerts.history(pending.id);
    expect(history.map(({ what }) => what)).toEqual(["pending", "fired"]);
    expect(await alerts.evaluatorRecord()).toEqual({
      ranAt: AT,
      startedAt: AT,
      gaps: [],
    });
  });

  test("a pending alert whose condition ended is dropped with its history", async () => {
    await using opened = await openStore();
    const { alerts } = opened.store;
    const pending = await addPending(alerts);
    await advance(alerts, [], [pending]);
    expect(await alerts.byId(pending.id)).toBeUndefined();
    expect(await alerts.history(pending.id)).toEqual([]);
    expect((await addPending(alerts)).id).not.toBe(pending.id);
  });

  test("an alert that somebody handled meanwhile is left to the next evaluation", async () => {
    await using opened = await openStore();
    const { alerts } = opened.store;
    const alert = await addFiring(alerts);
    await alerts.acknowledge(alert.id, "looking into it", BY);
    await advance(alerts, [
      { ...alert, state: "resolved", entries: [], notices: [] },
    ]);
    expect(await alerts.byId(alert.id)).toMatchObject({
      state: "acknowledged",
      by: "ana",
      note: "looking into it",
    });
    await advance(alerts, [], [alert]);
    expect(await alerts.byId(alert.id)).toBeDefined();
  });

  test("an alert is acknowledged, snoozed and reopened, and its history shows who did it", async () => {
    await using opened = await openStore();
    const { alerts, audit } = opened.store;
    const { id } = await addFiring(alerts);
    const ben = { ...BY, actor: "ben" };
    expect(await alerts.acknowledge(id, "mine", BY)).toBeUndefined();
    const seen = { state: "acknowledged", by: "ana" } as const;
    expect(
      await alerts.snooze(id, AT + 3_600_000, "later", ben, seen),
    ).toBeUndefined();
    expect(await alerts.byId(id)).toMatchObject({
      state: "snoozed",
      by: "ben",
      note: "later",
      snoozedUntil: AT + 3_600_000,
    });
    expect(await alerts.reopen(id, ben)).toBeUndefined();
    expect(await alerts.byId(id)).toMatchObject({
      state: "firing",
      by: null,
      note: null,
      snoozedUntil: null,
    });
    const history = await alerts.history(id);
    expect(
      history.slice(2).map(({ what, by, note }) => [what, by, note]),
    ).toEqual([
      ["acknowledged", "ana", "mine"],
      ["snoozed", "ben", "later"],
      ["reopened", "ben", ""],
    ]);
    const entries = await audit.list({ size: 10 });
    expect(entries.map(({ action }) => action)).toEqual([
      "reopened the alert",
      "snoozed the alert",
      "acknowledged the alert",
    ]);
  });

  test("acknowledgments of several alerts are told at once, each with its entry in the history", async () => {
    await using opened = await openStore();
    const { alerts, outbox } = opened.store;
    const told: AlertChange[] = [];
    const entries: number[] = [];
    for (const key of ["code:30007", "code:30008"]) {
      const { id } = await addFiring(alerts, key);
      await alerts.acknowledge(id, "", BY);
      const alert = await alerts.byId(id);
      if (alert === undefined) throw new Error("The alert is gone.");
      const notices = [{ channelId: 7, sendAt: AT, notice: "{}" }];
      told.push({ ...alert, toldKind: "acknowledged", entries: [], notices });
      entries.push((await alerts.history(id)).at(-1)?.id ?? 0);
    }
    await advance(alerts, told);
    const page = { afterId: 0, size: 10, isFailed: false };
    const waiting = await outbox.deliveries(channelTarget(7), page);
    expect(waiting.map(({ item }) => item.id)).toEqual(entries);
  });

  test("the same again changes nothing, and of two people who saw the same state, one changes it", async () => {
    await using opened = await openStore();
    const { alerts, audit } = opened.store;
    const { id } = await addFiring(alerts);
    const ben = { ...BY, actor: "ben" };
    const fresh = { state: "firing", by: null } as const;
    const anas = { state: "acknowledged", by: "ana" } as const;
    const bens = { ...anas, by: "ben" };
    expect(await alerts.reopen(id, BY, fresh)).toBeUndefined();
    expect(await alerts.acknowledge(id, "", BY, fresh)).toBeUndefined();
    expect(await alerts.acknowledge(id, "", BY, fresh)).toBeUndefined();
    for (const seen of [fresh, bens, undefined]) {
      expect(await alerts.acknowledge(id, "", ben, seen)).toBe(
        "changed meanwhile",
      );
      expect(await alerts.snooze(id, AT + 1, "", ben, seen)).toBe(
        "changed meanwhile",
      );
      expect(await alerts.reopen(id, ben, seen)).toBe("changed meanwhile");
    }
    expect(await alerts.byId(id)).toMatchObject(anas);
    expect((await alerts.history(id)).map(({ what }) => what)).toEqual([
      "pending",
      "fired",
      "acknowledged",
    ]);
    expect(await audit.list({ size: 10 })).toHaveLength(1);
    // One's own can be changed, and what one has seen.
    expect(await alerts.acknowledge(id, "mine", BY)).toBeUndefined();
    expect(await alerts.acknowledge(id, "me too", ben, anas)).toBeUndefined();
    expect(await alerts.reopen(id, BY, bens)).toBeUndefined();
    expect(await alerts.reopen(id, ben, bens)).toBeUndefined();
    expect(await alerts.history(id)).toHaveLength(6);
  });

  test("a pending or resolved alert can't be acknowledged", async () => {
    await using opened = await openStore();
    const { alerts } = opened.store;
    const pending = await addPending(alerts, { key: "country:DE" });
    expect(await alerts.acknowledge(pending.id, "", BY)).toBe("not open");
    const alert = await addFiring(alerts);
    await advance(alerts, [
      {
        ...alert,
        state: "resolved",
        resolvedAt: AT,
        entries: [],
        notices: [],
      },
    ]);
    expect(await alerts.snooze(alert.id, AT, "", BY)).toBe("not open");
    expect(await alerts.reopen(4_711, BY)).toBe("no such alert");
    expect((await alerts.open()).map(({ id }) => id)).toEqual([pending.id]);
  });

  test("alerts are listed newest first, in pages, by state, severity and rule", async () => {
    await using opened = await openStore();
    const { alerts } = opened.store;
    for (const key of ["code:1", "code:2", "code:3"])
      await addFiring(alerts, key);
    await addPending(alerts, { key: "code:4", severity: "info", ruleId: 2 });
    const keys = async (page: Parameters<AlertStore["list"]>[0]) =>
      (await alerts.list(page)).map(({ key }) => key);
    const [newest, next] = await alerts.list({ size: 2 });
    expect([newest?.key, next?.key]).toEqual(["code:4", "code:3"]);
    expect(await keys({ size: 9, olderThan: next?.id })).toEqual([
      "code:2",
      "code:1",
    ]);
    expect(await keys({ size: 9, states: ["pending", "resolved"] })).toEqual([
      "code:4",
    ]);
    expect(await keys({ size: 9, severity: "critical" })).toHaveLength(3);
    expect(await keys({ size: 9, ruleId: 2 })).toEqual(["code:4"]);
    expect(await keys({ size: 9, since: AT })).toHaveLength(4);
    expect(await keys({ size: 9, since: AT + 1 })).toEqual([]);
  });

  test("the number of a rule's alerts that aren't resolved is limited, and doesn't limit other rules", async () => {
    await using opened = await openStore();
    const { alerts } = opened.store;
    const add = (ruleId: number, count: number) =>
      alerts.addPending(
        Array.from({ length: count }, (_, i) => ({
          ruleId,
          ruleKind: "new-code" as const,
          ruleName: "New error code",
          key: `code:${i}`,
          severity: "info" as const,
          since: AT,
          facts: FACTS,
        })),
      );
    for (const ruleId of [1, 2, 3, 4]) await add(ruleId, OPEN_OF_RULE_MAX);
    await add(1, OPEN_OF_RULE_MAX + 5);
    await add(5, 1);
    const open = await alerts.open();
    expect(open).toHaveLength(4 * OPEN_OF_RULE_MAX + 1);
    expect(open.filter(({ ruleId }) => ruleId === 1)).toHaveLength(
      OPEN_OF_RULE_MAX,
    );
    expect(open[0]).toMatchObject({ ruleId: 5 });
  });

  test("a code is muted and unmuted, with entries in the audit list", async () => {
    await using opened = await openStore();
    const { alerts, audit } = opened.store;
    expect(await alerts.muteCode(30_007, "known", BY)).toBe("muted");
    expect(await alerts.muteCode(30_007, "still known", BY)).toBe("muted");
    expect(await alerts.mutedCodes()).toEqual([
      { errorCode: 30_007, mutedAt: AT, by: "ana", note: "still known" },
    ]);
    expect(await alerts.unmuteCode(30_007, BY)).toBe(true);
    expect(await alerts.unmuteCode(30_007, BY)).toBe(false);
    expect(await alerts.mutedCodes()).toEqual([]);
    const [entry] = await audit.list({ size: 1 });
    expect(entry).toMatchObject({
      action: "unmuted the alerts for error code",
      subject: "30007",
    });
  });

  test("the number of muted codes is limited", async () => {
    await using opened = await openStore();
    const { alerts } = opened.store;
    for (let code = 1; code <= MUTED_CODES_MAX; code++)
      await alerts.muteCode(code, "", BY);
    expect(await alerts.muteCode(99_999, "", BY)).toBe("too many");
    expect(await alerts.muteCode(1, "again", BY)).toBe("muted");
  });

  test("alerts are refused as unavailable once the store is closed", async () => {
    await using opened = await openStore();
    const { alerts } = opened.store;
    await opened.store.close();
    const results = await Promise.allSettled([
      alerts.rules(),
      alerts.open(),
      alerts.acknowledge(1, "", BY),
      advance(alerts, []),
    ]);
    for (const result of results)
      expect(result).toMatchObject({ reason: expect.any(StoreUnavailable) });
  });

  test("a number is erased from rules, which are turned off, and from notes", async () => {
    await using opened = await openStore();
    const { alerts, upkeep } = opened.store;
    const number = "+14155550123";
    const added = await alerts.addRule(
      { ...RULE, filter: `country:US to:${number}`, name: `To ${number}` },
      BY,
    );
    const ruleId = "id" in added ? added.id : 0;
    const { id } = await addFiring(alerts);
    await alerts.acknowledge(id, `Asked ${number}.`, BY);
    await addPending(alerts, {
      key: "code:1",
      ruleName: `To ${number}`,
      facts: { ...FACTS, filter: `to:${number}` },
    });
    await alerts.muteCode(30_007, "about +1 (415) 555-0123", BY);
    await upkeep.erase("14155550123");
    const rule = await alerts.ruleById(ruleId);
    expect(rule).toMatchObject({ isOn: false, filter: "country:US to:erased" });
    const left = JSON.stringify([
      rule,
      await alerts.open(),
      await alerts.history(id),
      await alerts.mutedCodes(),
    ]);
    expect(left.replaceAll(/\D/g, "")).not.toContain("5550123");
    expect(await alerts.byId(id)).toMatchObject({ note: "Asked erased." });
    const others = (await alerts.rules()).filter((each) => each.id !== ruleId);
    expect(others.every(({ isOn }) => isOn)).toBe(true);
  });
});
