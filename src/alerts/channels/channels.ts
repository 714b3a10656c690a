import type {
  AlertChannelKind,
  AlertChannelSettings,
} from "../../store/alert-channels.ts";
import { checkedFields, type ChannelKind, type Given } from "./channel.ts";
import { discord } from "./discord/discord.ts";
import { email } from "./email/email.ts";
import { ntfy } from "./ntfy/ntfy.ts";
import { pagerduty } from "./pagerduty/pagerduty.ts";
import { slack } from "./slack/slack.ts";
import { teams } from "./teams/teams.ts";
import { webhook } from "./webhook/webhook.ts";

/** Every kind of notification channel, in the order in which forms offer them. */
export const CHANNEL_KINDS: Readonly<Record<AlertChannelKind, ChannelKind>> = {
  email,
  slack,
  teams,
  discord,
  ntfy,
  pagerduty,
  webhook,
};

/** Settings that can be stored, or what is wrong, in a sentence for each field. */
export type CheckedSettings =
  | { readonly settings: AlertChannelSettings }
  | { readonly mistakes: Readonly<Record<string, string>> };

/**
 * Checks what somebody entered for a channel. A secret that is left empty keeps its value in
 * `before`, as forms don't show it; an optional one that is generated gets a new value, which
 * the page shows once.
 */
export function checkedSettings(
  kind: AlertChannelKind,
  given: Given,
  before: Given = {},
): CheckedSettings {
  return checkedFields(CHANNEL_KINDS[kind].fields, given, before);
}

/**
 * Where a channel sends, without secrets, for lists: `ops@example.com`, `Slack`, `ntfy.sh`. The
 * kind's name, if its settings aren't valid.
 */
export function destinationOf(
  kind: AlertChannelKind,
  settings: AlertChannelSettings,
): string {
  const { destination, label } = CHANNEL_KINDS[kind];
  try {
    return destination(settings);
  } catch {
    return label;
  }
}
