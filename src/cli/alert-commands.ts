import { Argument, Option } from "commander";
import { ALERT_CHANNEL_KINDS } from "../store/alert-channels.ts";
import {
  DATABASE,
  JSON_OUTPUT,
  wantsJson,
  WHILE_RUNNING,
  YES,
  type CommandGroup,
} from "./command.ts";
import { textOf, type Flags } from "./flags.ts";

const NOTES = `${WHILE_RUNNING} Changes take effect immediately.`;
const ALERT = new Argument("<alert>", "The alert's number, from alert list.");
const CHANNEL = new Argument("<channel>", "The channel's name or ID.");

const note = new Option("--note <text>", "A note that everyone sees.");

const load = () => import("./alert.ts");
const loadChannel = () => import("./alert-channel.ts");

function textsOf(flags: Flags, name: string): readonly string[] {
  const values = flags[name];
  return Array.isArray(values) ? values.map(String) : [];
}

const channelCommands = (version: string): CommandGroup => ({
  name: "channel",
  summary: "Add, list, test and remove notification channels",
  notes: NOTES,
  commands: [
    {
      name: "add",
      args: [
        new Argument("<kind>", "What it sends to.").choices(
          ALERT_CHANNEL_KINDS,
        ),
        "<name>",
      ],
      summary: "Add a channel that alerts are sent to",
      options: [
        new Option(
          "--set <field=value>",
          "A setting of the channel, such as to=ops@example.com. Repeat it for each. A value of - is the next line of standard input; secrets can only be given like that.",
        ).argParser<readonly string[] | undefined>((value, before) => [
          ...(before ?? []),
          value,
        ]),
        new Option(
          "--severities <list>",
          "What it takes, such as critical,warning. [default all]",
        ),
        JSON_OUTPUT,
      ],
      settings: DATABASE,
      notes:
        "Fields: to for email; webhookUrl for slack and discord; workflowUrl for teams; topic, server and token for" +
        "\nntfy; routingKey and region for pagerduty; url and secret for webhook. Secrets that aren't given are asked" +
        "\nfor at a terminal. A generated secret is printed once." +
        "\nExamples:" +
        "\n  smsledger alert channel add email on-call --set to=ops@example.com --severities critical" +
        "\n  smsledger alert channel add slack ops --set webhookUrl=- < webhook-url.txt",
      run: async ({ args: [kind = "", name = ""], flags, config }) =>
        (await loadChannel()).channelAdd(
          config(),
          {
            kind,
            name,
            settings: textsOf(flags, "set"),
            severities: textOf(flags, "severities"),
          },
          wantsJson(flags),
        ),
    },
    {
      name: "list",
      summary: "List the channels, and how sending to each goes",
      options: [JSON_OUTPUT],
      settings: DATABASE,
      run: async ({ config, flags }) =>
        (await loadChannel()).channelList(config(), wantsJson(flags)),
    },
    {
      name: "test",
      args: [CHANNEL],
      summary: "Send a test through a channel, and say how it went",
      settings: [
        ...DATABASE,
        { name: "publicUrl", help: "The server's PUBLIC_URL." },
        { name: "forwardAllow", help: "The server's FORWARD_ALLOW." },
        { name: "smtpServer", help: "The server's SMTP_URL." },
        { name: "mailFrom", help: "The server's MAIL_FROM." },
      ],
      notes: "It sends from here, with these settings: give it the server's.",
      run: async ({ args: [name = ""], config }) =>
        (await loadChannel()).channelTest(config(), name, version),
    },
    {
      name: "remove",
      args: [CHANNEL],
      summary: "Remove a channel, and what waits for it",
      options: [YES],
      settings: DATABASE,
      run: async ({ args: [name = ""], config, flags }) =>
        (await loadChannel()).channelRemove(
          config(),
          name,
          flags["yes"] === true,
        ),
    },
  ],
});

/** `smsledger alert …` */
export const alertCommands = (version: string): CommandGroup => ({
  name: "alert",
  summary: "List alerts, take care of them, and manage where they're sent",
  notes: NOTES,
  commands: [
    {
      name: "list",
      summary: "List open alerts, and the latest ones that are over",
      options: [
        new Option("--firing", "Only those that nobody has taken."),
        JSON_OUTPUT,
      ],
      settings: DATABASE,
      run: async ({ config, flags }) =>
        (await load()).alertList(
          config(),
          flags["firing"] === true,
          wantsJson(flags),
        ),
    },
    {
      name: "rules",
      summary: "List the rules",
      options: [JSON_OUTPUT],
      settings: DATABASE,
      run: async ({ config, flags }) =>
        (await load()).alertRules(config(), wantsJson(flags)),
    },
    {
      name: "ack",
      args: [ALERT],
      summary: "Acknowledge an alert: you take care of it",
      options: [note],
      settings: DATABASE,
      run: async ({ args: [id = ""], config, flags }) =>
        (await load()).alertAck(config(), id, textOf(flags, "note") ?? ""),
    },
    {
      name: "snooze",
      args: [ALERT],
      summary: "Snooze an alert for a while",
      options: [
        new Option(
          "--for <time>",
          "How long, such as 30m, 2h or 1d. [default 2h]",
        ).conflicts("until"),
        new Option(
          "--until <time>",
          "Until when, such as 2026-11-24T09:00 (UTC).",
        ),
        note,
      ],
      settings: DATABASE,
      run: async ({ args: [id = ""], config, flags }) =>
        (await load()).alertSnooze(config(), id, {
          for: textOf(flags, "for"),
          until: textOf(flags, "until"),
          note: textOf(flags, "note") ?? "",
        }),
    },
    channelCommands(version),
  ],
});
