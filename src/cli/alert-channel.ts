import {
  CHANNEL_REFUSALS,
  generatedSecrets,
  readChannelForm,
} from "../alerts/channel-form.ts";
import {
  channelsListed,
  type ChannelListed,
} from "../alerts/channels-listed.ts";
import { createNoticeSender } from "../alerts/channels/notice-sender.ts";
import { createTestChannel } from "../alerts/channels/test-channel.ts";
import { createMailer } from "../mail/mailer.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { CHANNEL_KINDS } from "../alerts/channels/channels.ts";
import type { ChannelKind } from "../alerts/channels/channel.ts";
import type { Config } from "../config/config.ts";
import type { By } from "../store/accounts.ts";
import {
  ALERT_CHANNEL_KINDS,
  type AlertChannel,
} from "../store/alert-channels.ts";
import { ALERT_SEVERITIES } from "../store/alerts.ts";
import type { CommandStores } from "../store/engine.ts";
import { openEngine } from "../store/open.ts";
import { plainText } from "../words/plain-text.ts";
import { isConfirmed, NOT_CONFIRMED } from "./confirmation.ts";
import { DONE, FAILED, WRONG_USAGE } from "./exit-status.ts";
import { deliver, print, printJson, say } from "./output.ts";
import { readSecret } from "./password-input.ts";
import { minuteText, textTable, timeJson } from "./text-table.ts";

type Database = Pick<Config, "databaseUrl">;

export type ChannelGiven = {
  readonly kind: string;
  readonly name: string;
  /** Each as `field=value`. */
  readonly settings: readonly string[];
  readonly severities: string | undefined;
};

/** Adds a notification channel; prints its ID, and a generated secret, once. Resolves to the exit status. */
export async function channelAdd(
  database: Database,
  given: ChannelGiven,
  asJson: boolean,
): Promise<number> {
  const kindName = ALERT_CHANNEL_KINDS.find((each) => each === given.kind);
  if (kindName === undefined)
    return wrong("This kind of channel doesn't exist.");
  const kind = CHANNEL_KINDS[kindName];
  const settings = await settingsGiven(kind, given.settings);
  if (typeof settings === "string") return wrong(settings);
  const severities: readonly string[] =
    given.severities?.split(",") ?? ALERT_SEVERITIES;
  if (severities.some((each) => !ALERT_SEVERITIES.some((one) => one === each)))
    return wrong(
      `--severities must be some of ${ALERT_SEVERITIES.join(", ")}, with commas.`,
    );
  const field = (name: string): string =>
    name === "name"
      ? given.name
      : name.startsWith("takes-")
        ? severities.includes(name.slice("takes-".length))
          ? "1"
          : ""
        : (settings[name.replace(/^setting-/, "")] ?? "");
  const { channel, form } = readChannelForm(kind, field);
  if (channel === undefined) {
    for (const mistake of Object.values(form.mistakes)) say(plainText(mistake));
    return WRONG_USAGE;
  }
  return withStores(database, async ({ alertChannels }) => {
    const added = await alertChannels.add({ ...channel, isOn: true }, by());
    if ("refusal" in added) {
      say(plainText(CHANNEL_REFUSALS[added.refusal]));
      return FAILED;
    }
    const [secret] = generatedSecrets(kind, channel.settings, field);
    if (asJson) printJson({ id: added.id, ...(secret && { secret }) });
    else if (secret !== undefined) deliver(secret);
    say(
      secret === undefined || asJson
        ? "Added."
        : "Added. This is its signing secret. It won't be shown again.",
    );
    return DONE;
  });
}

/** Reads `field=value` pairs, and asks at a terminal for required secrets that are missing; a sentence if one is wrong. */
async function settingsGiven(
  { fields }: ChannelKind,
  pairs: readonly string[],
): Promise<Record<string, string> | string> {
  const settings: Record<string, string> = {};
  let lines: string[] | undefined;
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    if (at < 0 || !Object.hasOwn(fields, name))
      return `--set takes field=value, with one of these fields: ${Object.keys(fields).join(", ")}.`;
    const value = pair.slice(at + 1);
    if (value === "-") {
      lines ??= (await Bun.stdin.text()).split(/\r?\n/);
      settings[name] = lines.shift() ?? "";
      continue;
    }
    if (fields[name]?.isSecret)
      return `${name} is a secret, and the list of processes shows arguments. ${fromInput(name)}`;
    settings[name] = value;
  }
  for (const [name, { label, isSecret, whenEmpty }] of Object.entries(fields)) {
    if (settings[name] !== undefined || !isSecret || whenEmpty !== undefined)
      continue;
    if (!process.stdin.isTTY) return `${label} is missing. ${fromInput(name)}`;
    settings[name] = (await readSecret(`${label}: `)) ?? "";
  }
  return settings;
}

function fromInput(name: string): string {
  return `Give it with --set ${name}=-, on standard input.`;
}

/** Lists the channels, without secrets. Resolves to the exit status. */
export function channelList(
  database: Database,
  asJson: boolean,
): Promise<number> {
  return withStores(database, async (stores) => {
    const channels = await channelsListed(stores);
    if (asJson) printJson(channels.map(jsonOf));
    else if (channels.length === 0)
      say(
        "There are no notification channels, so nobody is notified. smsledger alert channel add adds one.",
      );
    else print(tableOf(channels));
    return DONE;
  });
}

/** A channel in `--json`. */
function jsonOf({ channel, destination, latest, waiting }: ChannelListed) {
  const { id, name, kind, severities, quietHours, isOn } = channel;
  return {
    id,
    name,
    kind,
    destination: destination ?? null,
    severities,
    quietHours,
    on: isOn,
    waiting,
    latestAttempt:
      latest === undefined
        ? null
        : { at: timeJson(latest.at), succeeded: latest.isSuccess },
  };
}

function tableOf(channels: readonly ChannelListed[]): string {
  return textTable([
    ["name", "kind", "to", "takes", "on", "latest notice"],
    ...channels.map(({ channel, destination, latest, waiting }) => [
      channel.name,
      channel.kind,
      destination ?? "unknown",
      channel.severities.join(", "),
      channel.isOn ? "yes" : "no",
      latest === undefined
        ? "none"
        : `${latest.isSuccess ? "sent" : "failed"} ${minuteText(latest.at)}${waiting === 0 ? "" : `, ${waiting} waiting`}`,
    ]),
  ]);
}

/** Sends a test from this process, and says how it went. Resolves to the exit status. */
export function channelTest(
  config: Pick<Config, "databaseUrl" | "mail" | "forwardAllow" | "publicUrl">,
  given: string,
  version: string,
): Promise<number> {
  return withStores(config, async (store) => {
    const channel = channelMeant(await store.alertChannels.list(), given);
    if (channel === undefined) return noSuchChannel();
    const { mail, publicUrl, forwardAllow: allow } = config;
    const outbound = createOutbound({ allow, version });
    const now = Date.now;
    const sender = createNoticeSender({
      store,
      outbound,
      mailer: mail && createMailer(mail),
      publicUrl,
      now,
    });
    const tested = await createTestChannel({ store, sender, now })(channel.id);
    outbound.close();
    if (tested === undefined) return noSuchChannel();
    say(plainText(tested.words));
    return tested.isSent ? DONE : FAILED;
  });
}

/** Removes a channel. Resolves to the exit status. */
export function channelRemove(
  database: Database,
  given: string,
  isSure: boolean,
): Promise<number> {
  return withStores(database, async ({ alertChannels }) => {
    const channel = channelMeant(await alertChannels.list(), given);
    if (channel === undefined) return noSuchChannel();
    if (
      !isSure &&
      !(await isConfirmed(
        `Remove the channel ${channel.name}? Notices that wait for it are dropped.`,
      ))
    )
      return NOT_CONFIRMED;
    if (!(await alertChannels.remove(channel.id, by()))) return noSuchChannel();
    say("Removed.");
    return DONE;
  });
}

/** By name; a number that is no name is an ID. */
export function channelMeant(
  channels: readonly AlertChannel[],
  given: string,
): AlertChannel | undefined {
  return (
    channels.find(({ name }) => name === given) ??
    channels.find(({ id }) => String(id) === given)
  );
}

function noSuchChannel(): number {
  say("No channel has this name. smsledger alert channel list shows them.");
  return FAILED;
}

function wrong(sentence: string): number {
  say(sentence);
  return WRONG_USAGE;
}

function by(): By {
  return { at: Date.now(), actor: "command line", address: null };
}

async function withStores(
  { databaseUrl }: Database,
  work: (stores: CommandStores) => Promise<number>,
): Promise<number> {
  const stores = await openEngine(databaseUrl).openForCommand();
  try {
    return await work(stores);
  } finally {
    await stores.close();
  }
}
