import { expect, test } from "bun:test";
import {
  ALERT_CHANNELS_MAX,
  type NewAlertChannel,
} from "../../../src/store/alert-channels.ts";
import { storeContract } from "../contract.ts";

const AT = Date.UTC(2026, 10, 23, 12, 30);
const BY = { at: AT, actor: "ana", address: null };

const CHANNEL: NewAlertChannel = {
  kind: "slack",
  name: "#ops",
  settings: { webhookUrl: "https://hooks.slack.example/secret" },
  severities: ["critical", "warning"],
  quietHours: { from: 1_320, to: 420, timeZone: "Europe/Berlin" },
  isOn: true,
};

storeContract((openStore) => {
  test("a notification channel is listed without its settings", async () => {
    await using opened = await openStore();
    const { alertChannels } = opened.store;
    const added = await alertChannels.add(CHANNEL, BY);
    const id = "id" in added ? added.id : 0;
    const { settings, ...shown } = CHANNEL;
    const kept = { ...shown, id, createdBy: "ana", createdAt: AT };
    expect(await alertChannels.list()).toEqual([kept]);
    expect(await alertChannels.byId(id)).toEqual(kept);
    expect(await alertChannels.settingsOf(id)).toEqual(settings);
    expect(await alertChannels.settingsOf(4_711)).toBeUndefined();
  });

  test("a change keeps the settings unless it has new ones", async () => {
    await using opened = await openStore();
    const { alertChannels } = opened.store;
    await alertChannels.add(CHANNEL, BY);
    const [channel] = await alertChannels.list();
    const id = channel?.id ?? 0;
    const change = { name: "#alerts", quietHours: null, isOn: false };
    expect(await alertChannels.change(id, change, BY)).toBeUndefined();
    expect(await alertChannels.byId(id)).toMatchObject(change);
    expect(await alertChannels.settingsOf(id)).toEqual(CHANNEL.settings);
    const settings = { webhookUrl: "https://hooks.slack.example/new" };
    await alertChannels.change(id, { settings }, BY);
    expect(await alertChannels.settingsOf(id)).toEqual(settings);
    expect(await alertChannels.change(4_711, {}, BY)).toBe("no such channel");
  });

  test("channels have unique names, and their number is limited", async () => {
    await using opened = await openStore();
    const { alertChannels } = opened.store;
    await alertChannels.add(CHANNEL, BY);
    expect(await alertChannels.add(CHANNEL, BY)).toEqual({
      refusal: "name taken",
    });
    for (let i = 1; i < ALERT_CHANNELS_MAX; i++)
      await alertChannels.add({ ...CHANNEL, name: `channel ${i}` }, BY);
    expect(await alertChannels.add({ ...CHANNEL, name: "more" }, BY)).toEqual({
      refusal: "too many",
    });
    const [first] = await alertChannels.list();
    expect(
      await alertChannels.change(first?.id ?? 0, { name: "channel 1" }, BY),
    ).toBe("name taken");
  });

  test("rules forget a removed channel, and notify by severity if they named only it", async () => {
    await using opened = await openStore();
    const { alertChannels, alerts } = opened.store;
    await alertChannels.add(CHANNEL, BY);
    await alertChannels.add({ ...CHANNEL, name: "mail", kind: "email" }, BY);
    const [ops, mail] = await alertChannels.list();
    const ids = [ops?.id ?? 0, mail?.id ?? 0];
    await alerts.changeRule(1, { channelIds: ids }, BY);
    await alerts.changeRule(2, { channelIds: ids.slice(0, 1) }, BY);
    expect(await alertChannels.remove(ops?.id ?? 0, BY)).toBe(true);
    expect(await alertChannels.remove(ops?.id ?? 0, BY)).toBe(false);
    expect((await alerts.ruleById(1))?.channelIds).toEqual(ids.slice(1));
    expect((await alerts.ruleById(2))?.channelIds).toBeNull();
  });

  test("changes to channels are in the audit list, without what they need to send", async () => {
    await using opened = await openStore();
    const { alertChannels, audit } = opened.store;
    await alertChannels.add(CHANNEL, BY);
    const [channel] = await alertChannels.list();
    const id = channel?.id ?? 0;
    await alertChannels.change(id, { settings: { webhookUrl: "secret" } }, BY);
    await alertChannels.remove(id, BY);
    const entries = await audit.list({ size: 10 });
    expect(entries.map((each) => `${each.action} ${each.subject}`)).toEqual([
      "removed the notification channel #ops",
      "changed the notification channel #ops",
      "added the notification channel #ops",
    ]);
    expect(JSON.stringify(entries)).not.toContain("secret");
  });
});
