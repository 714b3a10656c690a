import { describe, expect, test } from "bun:test";
import {
  CHANNEL_KINDS,
  checkedSettings,
  destinationOf,
} from "../../../src/alerts/channels/channels.ts";
import { ALERT_CHANNEL_KINDS } from "../../../src/store/alert-channels.ts";

const SLACK = "https://hooks.slack.com/services/T0/B0/zq7";
const DISCORD = "https://discord.com/api/webhooks/42/zq7";
const TEAMS = "https://prod-1.westeurope.logic.azure.com/workflows/1?sig=zq7";
const KEY = "0123456789abcdef0123456789abcdef";
const NTFY = {
  server: "https://ntfy.example.com",
  topic: "zq7",
  token: "tk_1",
};
const SECRET = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;

test.each([
  [
    "email",
    { to: "ops@example.com; a+b@bücher.example,ops@example.com" },
    { to: "ops@example.com, a+b@bücher.example" },
    "ops@example.com, a+b@bücher.example",
  ],
  ["slack", { webhookUrl: ` ${SLACK}\n` }, { webhookUrl: SLACK }, "Slack"],
  ["teams", { workflowUrl: TEAMS }, { workflowUrl: TEAMS }, "Microsoft Teams"],
  ["discord", { webhookUrl: DISCORD }, { webhookUrl: DISCORD }, "Discord"],
  [
    "ntfy",
    { topic: "zq7" },
    { server: "https://ntfy.sh", topic: "zq7", token: "" },
    "ntfy.sh",
  ],
  [
    "ntfy",
    { server: "http://10.0.0.5:8080/", topic: "zq7", token: "tk_zq7" },
    { server: "http://10.0.0.5:8080", topic: "zq7", token: "tk_zq7" },
    "10.0.0.5:8080",
  ],
  [
    "pagerduty",
    { routingKey: KEY },
    { routingKey: KEY, region: "us" },
    "PagerDuty",
  ],
  [
    "pagerduty",
    { routingKey: KEY, region: "eu" },
    { routingKey: KEY, region: "eu" },
    "PagerDuty, EU",
  ],
  [
    "webhook",
    { url: "https://example.com/in", secret: SECRET },
    { url: "https://example.com/in", secret: SECRET },
    "example.com",
  ],
] as const)(
  "%s settings %j are stored as %j, and listed as %s",
  (kind, given, settings, listed) => {
    expect(checkedSettings(kind, given)).toEqual({ settings });
    expect(destinationOf(kind, settings)).toBe(listed);
    expect(listed).not.toContain("zq7");
  },
);

test.each([
  ["email", "to", "", "Recipients is missing."],
  ["email", "to", "ops", "must be addresses such as"],
  ["email", "to", "a@b@c", "must be addresses such as"],
  ["email", "to", "ops@example..com", "must be addresses such as"],
  [
    "email",
    "to",
    "ops@example.com\r\nBcc: x@example.com",
    "must be addresses such as",
  ],
  ["email", "to", "Ops <ops@example.com>", "must be addresses such as"],
  [
    "email",
    "to",
    Array.from({ length: 21 }, (_, i) => `a${i}@example.com`).join(),
    "at most 20",
  ],
  ["slack", "webhookUrl", "", "Webhook URL is missing."],
  ["slack", "webhookUrl", "zq7", "must be an address"],
  [
    "slack",
    "webhookUrl",
    SLACK.replace("https", "http"),
    "must start with https://",
  ],
  [
    "slack",
    "webhookUrl",
    "https://hooks.slack.com.evil.example/services/a/b/zq7",
    "must start with https://hooks.slack.com/",
  ],
  [
    "slack",
    "webhookUrl",
    "https://hooks.slack.com/triggers/T0/1/zq7",
    "starts a Slack workflow",
  ],
  [
    "slack",
    "webhookUrl",
    "https://hooks.slack.com/services/T0",
    "isn’t complete",
  ],
  [
    "slack",
    "webhookUrl",
    "https://zq7:zq7@hooks.slack.com/services/a/b/c",
    "user name or password",
  ],
  [
    "teams",
    "workflowUrl",
    "https://contoso.webhook.office.com/webhookb2/zq7",
    "has turned off",
  ],
  [
    "teams",
    "workflowUrl",
    "https://prod-1.logic.azure.com/workflows/zq7",
    "isn’t complete",
  ],
  [
    "discord",
    "webhookUrl",
    "https://example.com/api/webhooks/42/zq7",
    "must start with https://discord.com/",
  ],
  ["discord", "webhookUrl", `${DISCORD}/slack`, "isn’t complete"],
  [
    "ntfy",
    "server",
    "https://ntfy.sh/zq7",
    "can’t have anything after the host",
  ],
  ["ntfy", "topic", "zq7 zq7", "can have letters"],
  ["ntfy", "token", "tk\r\nzq7: 1", "can contain only"],
  ["pagerduty", "routingKey", "zq7", "must be 32"],
  ["pagerduty", "region", "zq7", "must be us or eu"],
  ["webhook", "url", "ftp://zq7.example", "must be an address"],
  ["webhook", "secret", "whsec_zq7", "must be whsec_"],
] as const)(
  "a mistake in %s, %s %j, is explained and not repeated",
  (kind, field, value, words) => {
    const good = {
      to: "ops@example.com",
      topic: "t",
      routingKey: KEY,
      url: "https://example.com",
    };
    const checked = checkedSettings(kind, { ...good, [field]: value });
    const mistakes = "mistakes" in checked ? checked.mistakes : {};
    expect(Object.keys(mistakes)).toEqual([field]);
    expect(mistakes[field]).toStartWith(
      CHANNEL_KINDS[kind].fields[field]?.label ?? "?",
    );
    expect(mistakes[field]).toContain(words);
    expect(mistakes[field]).not.toContain("zq7");
  },
);

test("a list shows the kind of a channel whose settings aren't valid", () => {
  expect(destinationOf("ntfy", { server: "zq7" })).toBe("ntfy");
});

describe("a secret", () => {
  test("that is left empty stays as it was; what isn’t secret doesn’t", () => {
    expect(
      checkedSettings("ntfy", { server: NTFY.server, topic: "a" }, NTFY),
    ).toEqual({ settings: { ...NTFY, topic: "a" } });
    const to = { to: "ops@example.com" };
    expect(checkedSettings("email", { to: "" }, to)).toEqual({
      mistakes: { to: "Recipients is missing." },
    });
  });

  test.each(["https://evil.example", "http://ntfy.example.com", ""])(
    "isn’t sent to another server: with %j it has to be entered again",
    (server) => {
      const checked = checkedSettings("ntfy", { server }, NTFY);
      const mistakes = "mistakes" in checked ? checked.mistakes : {};
      expect(Object.keys(mistakes)).toEqual(["topic", "token"]);
      expect(mistakes["token"]).toBe(
        "Access token isn’t kept when the server changes, so that no other server gets it. Enter it again.",
      );
      const entered = { topic: "t", token: "tk_2" };
      expect(checkedSettings("ntfy", { server, ...entered }, NTFY)).toEqual({
        settings: { server: server || "https://ntfy.sh", ...entered },
      });
    },
  );

  test("that only signs stays when the address changes: it’s never sent", () => {
    const before = { url: "https://example.com/", secret: SECRET };
    const url = "https://other.example/";
    expect(checkedSettings("webhook", { url }, before)).toEqual({
      settings: { url, secret: SECRET },
    });
  });

  test("is made for a webhook that has none", () => {
    const checked = checkedSettings("webhook", { url: "https://example.com" });
    expect("settings" in checked && checked.settings["secret"]).toMatch(
      /^whsec_.{44}$/,
    );
  });
});

test("every kind has a name, and fields with a label and help", () => {
  for (const kind of ALERT_CHANNEL_KINDS) {
    const { label, fields, kind: own } = CHANNEL_KINDS[kind];
    expect(own).toBe(kind);
    expect(label).not.toBe("");
    for (const field of Object.values(fields)) {
      expect(field.label).toMatch(/^[A-Z]/);
      expect(field.help).toEndWith(".");
    }
  }
});
