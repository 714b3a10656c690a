import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import { counted } from "../words/amounts.ts";
import { fine, note, wrong, type Finding } from "../words/finding.ts";
import type { CallbackVerdict } from "./callback-verdict.ts";
import { ruleFor, type WebhookRule } from "./webhook-rules.ts";
import type {
  CheckedNumber,
  CheckedService,
  Part,
  SenderCheck,
} from "./check-senders.ts";

/** How many numbers a sentence names. */
const NAMED_MAX = 5;

/** What Twilio's configuration says about senders, and what to change there. */
export function senderFindings(
  { messages, services, rules, numbers }: Omit<SenderCheck, "at">,
  publicUrl: string,
): Finding[] {
  // A key that may read nothing at all is more likely a wrong one.
  if (
    messages.state === "forbidden" &&
    services.state === "forbidden" &&
    numbers.state === "forbidden"
  )
    return [wrong(messages.fault)];
  return [
    ...partFindings(messages, "messages", () => [
      fine("The API key may read the account's messages."),
    ]),
    ...partFindings(services, "Messaging Services", (items) =>
      items.length === 0
        ? [fine("The account has no Messaging Service.")]
        : items.map((service) => serviceFinding(service, publicUrl)),
    ),
    ...partFindings(rules, "Webhook Rules", (items) =>
      ruleFindings(items, publicUrl),
    ),
    ...partFindings(numbers, "phone numbers", numberFindings),
  ];
}

function partFindings<T>(
  part: Part<T>,
  what: string,
  findings: (items: readonly T[]) => Finding[],
): Finding[] {
  switch (part.state) {
    case "read":
      return findings(part.items);
    case "forbidden":
      return [
        note(
          `The API key may not read the account's ${what}, so they weren't checked.`,
          "To have them checked, give the key the permission to read them, in the Twilio Console.",
        ),
      ];
    case "failed":
      return [
        note(
          `The account's ${what} couldn't be read. ${part.reason}`,
          "Try again later.",
        ),
      ];
  }
}

function serviceFinding(
  { sid, name, callback, verdict, rule }: CheckedService,
  publicUrl: string,
): Finding {
  const service = `The Messaging Service ${name} (${sid})`;
  // Without a period, which would be copied with the URL.
  const goal = `Set its status callback URL to ${callbackUrl(publicUrl)}`;
  const words: Record<CallbackVerdict, Finding> = {
    here: isOverriding(rule)
      ? note(
          `${service} posts callbacks here, but the Webhook Rule ${rule.name} overrides the retries that its URL asks for, so a callback that fails is lost.`,
          ruleGoal(rule),
        )
      : fine(`${service} posts callbacks here.`),
    "without-retries": note(
      `${service} posts callbacks here, but its status callback URL doesn't ask for retries, so a callback that fails is lost.`,
      goal,
    ),
    "wrong-address": wrong(
      `${service} posts callbacks to an address of this host that isn't the webhook: ${callback}.`,
      goal,
    ),
    elsewhere: note(
      `${service} posts callbacks elsewhere: to ${callback}.`,
      `If another program needs them, forward them to it from here. ${goal}`,
    ),
    none: note(
      `${service} has no status callback URL: only messages that name one themselves, as StatusCallback, have callbacks.`,
      goal,
    ),
  };
  return words[verdict];
}

function isOverriding(rule: WebhookRule | undefined): rule is WebhookRule {
  return rule !== undefined && rule.withoutRetries.length > 0;
}

function ruleGoal({ withoutRetries }: WebhookRule): string {
  return `In the Webhook Setting ${withoutRetries.join(" and ")}, set the retry policy to a retryCount of 5 and retryOn ALL`;
}

/** About messages that name the URL themselves, as StatusCallback. */
function ruleFindings(
  rules: readonly WebhookRule[],
  publicUrl: string,
): Finding[] {
  if (rules.length === 0) return [];
  const rule = ruleFor(rules, callbackUrl(publicUrl));
  if (rule === undefined)
    return [fine("No Webhook Rule applies to callbacks here.")];
  const words = `The Webhook Rule ${rule.name} applies to callbacks here`;
  return [
    isOverriding(rule)
      ? note(
          `${words}, and overrides #rc=5&rp=all in their URL: a callback that fails is lost.`,
          ruleGoal(rule),
        )
      : fine(`${words}, and they're retried.`),
  ];
}

/** The URL to paste into Twilio. */
export function callbackUrl(publicUrl: string): string {
  return `${publicUrl}${WEBHOOK_PATHS.sms}#rc=5&rp=all`;
}

function numberFindings(numbers: readonly CheckedNumber[]): Finding[] {
  if (numbers.length === 0)
    return [fine("The account has no phone number that can send messages.")];
  const alone = numbers.filter((each) => each.service === null);
  if (alone.length === 0)
    return numbers.some((each) => each.service === undefined)
      ? []
      : [
          fine(
            `${counted(numbers.length, "phone number belongs", "phone numbers belong")} to a Messaging Service.`,
          ),
        ];
  const named = alone.slice(0, NAMED_MAX).map((each) => each.phoneNumber);
  const more = alone.length - named.length;
  return [
    note(
      `${counted(alone.length, "phone number belongs", "phone numbers belong")} to no Messaging Service: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}. ` +
        "Their messages have callbacks only if the program that sends them names a StatusCallback, which this check can't see.",
      "Add them to a Messaging Service with a status callback URL, or pass the URL as StatusCallback with each message.",
    ),
  ];
}
