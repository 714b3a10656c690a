import { Argument, Option } from "commander";
import {
  DATABASE,
  JSON_OUTPUT,
  wantsJson,
  WHILE_RUNNING,
  YES,
  type CommandGroup,
} from "./command.ts";
import { textOf } from "./flags.ts";
import type { SettingUse } from "./setting-flags.ts";

const NAME = new Argument("<endpoint>", "The endpoint's name or ID.");

/** Of commands that check or use a URL. */
const WITH_ALLOW: readonly SettingUse[] = [
  ...DATABASE,
  { name: "forwardAllow", help: "The server's FORWARD_ALLOW." },
];

const filter = new Option(
  "--filter <filter>",
  "Only events whose messages match, such as 'status:failed -country:US'.",
);
const events = new Option(
  "--events <types>",
  "Only these types, such as sms_failed,sms_undelivered; all for all.",
);
const rate = new Option(
  "--rate <number>",
  "Requests per second, 1 to 1000. [default 50]",
);
const concurrency = new Option(
  "--concurrency <number>",
  "Requests at once while it catches up, 1 to 16. [default 4]",
);

const load = () => import("./endpoint.ts");
const loadResend = () => import("./endpoint-resend.ts");

const adding: CommandGroup["commands"] = [
  {
    name: "add",
    args: ["<name>", "<url>"],
    summary: "Add an endpoint and print its secret, once",
    options: [filter, events, rate, concurrency, JSON_OUTPUT],
    settings: WITH_ALLOW,
    notes:
      "It gets the events that are recorded from now on." +
      "\nExamples:" +
      "\n  smsledger endpoint add crm https://crm.example.com/hooks/sms" +
      "\n  smsledger endpoint add failures https://hooks.example.com/sms --filter status:failed,undelivered",
    run: async ({ args: [name = "", url = ""], flags, config }) =>
      (await load()).endpointAdd(
        config(),
        {
          name,
          url,
          filter: textOf(flags, "filter"),
          events: textOf(flags, "events"),
          rate: textOf(flags, "rate"),
          concurrency: textOf(flags, "concurrency"),
        },
        wantsJson(flags),
      ),
  },
  {
    name: "list",
    summary: "List the endpoints, and how each is doing",
    options: [JSON_OUTPUT],
    settings: DATABASE,
    run: async ({ flags, config }) =>
      (await load()).endpointList(config(), wantsJson(flags)),
  },
  {
    name: "show",
    args: [NAME],
    summary: "Show an endpoint and its latest failed attempts",
    options: [JSON_OUTPUT],
    settings: DATABASE,
    run: async ({ args: [name = ""], flags, config }) =>
      (await load()).endpointShow(config(), name, wantsJson(flags)),
  },
];

const changing: CommandGroup["commands"] = [
  {
    name: "pause",
    args: [NAME],
    summary: "Pause an endpoint; its events wait",
    settings: DATABASE,
    run: async ({ args: [name = ""], config }) =>
      (await load()).endpointSetState(config(), name, "paused"),
  },
  {
    name: "resume",
    args: [NAME],
    summary: "Resume an endpoint that is paused or disabled",
    settings: DATABASE,
    run: async ({ args: [name = ""], config }) =>
      (await load()).endpointSetState(config(), name, "active"),
  },
  {
    name: "rotate",
    args: [NAME],
    summary: "Replace an endpoint's secret and print the new one, once",
    options: [JSON_OUTPUT],
    settings: DATABASE,
    notes:
      "For 24 hours, requests are signed with both the new secret and the one before.",
    run: async ({ args: [name = ""], flags, config }) =>
      (await load()).endpointRotate(config(), name, wantsJson(flags)),
  },
  {
    name: "remove",
    args: [NAME],
    summary: "Remove an endpoint, with its secret and its log",
    options: [YES],
    settings: DATABASE,
    run: async ({ args: [name = ""], flags, config }) =>
      (await load()).endpointRemove(config(), name, flags["yes"] === true),
  },
];

const sendingWith = (version: string): CommandGroup["commands"] => [
  {
    name: "test",
    args: [NAME],
    summary: "Send a made-up event, and show what came back",
    options: [JSON_OUTPUT],
    settings: WITH_ALLOW,
    notes:
      "It's sent from here, signed like the server's. Exit status 1 if it wasn't accepted.",
    run: async ({ args: [name = ""], flags, config }) =>
      (await load()).endpointTest(config(), name, version, wantsJson(flags)),
  },
  {
    name: "resend",
    args: [NAME],
    summary: "Send past events again",
    options: [
      new Option("--failed", "Those whose last attempt failed.").conflicts([
        "event",
        "from",
      ]),
      new Option(
        "--from <time>",
        "All that match and were received since then: 2026-11-01, 2026-11-01T10:00 (UTC), or 24h.",
      ).conflicts("event"),
      new Option("--until <time>", "The end of the range. [default now]"),
      new Option("--event <id>", "One event, by its ID in the feed."),
      new Option("--rate <number>", "Requests per second. [default 10]"),
      new Option(
        "--dry-run",
        "Show how many that would be, and change nothing.",
      ),
      YES,
      JSON_OUTPUT,
    ],
    settings: DATABASE,
    notes:
      "The server sends them, at their own rate beside live events; it has to be running." +
      "\nExamples:" +
      "\n  smsledger endpoint resend crm --failed" +
      "\n  smsledger endpoint resend crm --from 2026-11-01 --until 2026-11-03 --dry-run",
    run: async ({ args: [name = ""], flags, config }) =>
      (await loadResend()).endpointResend(
        config(),
        name,
        {
          isFailed: flags["failed"] === true,
          from: textOf(flags, "from"),
          until: textOf(flags, "until"),
          event: textOf(flags, "event"),
          rate: textOf(flags, "rate"),
        },
        {
          isDryRun: flags["dryRun"] === true,
          isSure: flags["yes"] === true,
          asJson: wantsJson(flags),
        },
      ),
  },
];

/** `smsledger endpoint …` */
export const endpointCommands = (version: string): CommandGroup => ({
  name: "endpoint",
  summary: "Forward events to your own systems",
  notes: `${WHILE_RUNNING} Changes apply within seconds.`,
  commands: [...adding, ...changing, ...sendingWith(version)],
});
