import type { Resource } from "../twilio-api/lists.ts";

/** A Webhook Rule of an account: which URLs it's about, and what its Settings say about retries. */
export type WebhookRule = {
  readonly name: string;
  readonly match: "exact" | "prefix" | "default";
  /** The URL or its beginning; empty for the default rule. */
  readonly url: string;
  /** The names of its Settings without retries: what they say overrides what the URL asks for. */
  readonly withoutRetries: readonly string[];
};

/** In the order in which Twilio tries them; the first one that matches applies. */
const ORDER = ["exact", "prefix", "default"] as const;

const MATCH_TYPES: Readonly<Record<string, WebhookRule["match"]>> = {
  EXACT_MATCH: "exact",
  PREFIX_MATCH: "prefix",
  DEFAULT: "default",
};

/** A callback must be tried again after each of these; `ALL` includes them. */
const RETRIED_ON = ["HTTP_5XX", "CONNECTION_TIMEOUT", "READ_TIMEOUT"];

/** Reads the rules that Twilio's Webhooks configuration API lists, with its Settings. */
export function webhookRules(
  rules: readonly Resource[],
  settings: readonly Resource[],
): readonly WebhookRule[] {
  const byId = new Map(settings.map((each) => [each["id"], each]));
  return rules.flatMap((rule) => {
    const match = MATCH_TYPES[textOf(rule["matchType"])];
    if (match === undefined) return [];
    const references = Array.isArray(rule["settings"]) ? rule["settings"] : [];
    const applied = references.flatMap((each: unknown) => {
      const setting = byId.get(fieldOf(each, "settingId"));
      return setting === undefined || retries(setting) ? [] : [nameOf(setting)];
    });
    const url = textOf(match === "exact" ? rule["value"] : rule["prefix"]);
    return [{ name: nameOf(rule), match, url, withoutRetries: applied }];
  });
}

/** The rule that Twilio applies to a callback URL: exact ones before prefixes, longer ones first. */
export function ruleFor(
  rules: readonly WebhookRule[],
  callback: string,
): WebhookRule | undefined {
  const [url = ""] = callback.trim().split("#");
  const [plain = ""] = url.split("?");
  const matches = ({ match, url: of }: WebhookRule): boolean =>
    match === "default" ||
    (match === "exact" ? of === url || of === plain : url.startsWith(of));
  return rules
    .filter(matches)
    .toSorted(
      (a, b) =>
        ORDER.indexOf(a.match) - ORDER.indexOf(b.match) ||
        b.url.length - a.url.length,
    )[0];
}

/** Settings that Twilio manages leave what the URL asks for; others retry only if they say so. */
function retries(setting: Resource): boolean {
  if (setting["type"] === "SYSTEM") return true;
  const policy = fieldOf(setting["connection"], "retryPolicy");
  const on = fieldOf(policy, "retryOn");
  return (
    Number(fieldOf(policy, "retryCount") ?? 0) >= 1 &&
    Array.isArray(on) &&
    (on.includes("ALL") || RETRIED_ON.every((each) => on.includes(each)))
  );
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Reflect.get(value, name)
    : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 2_048) : "";
}

function nameOf(resource: Resource): string {
  const name = textOf(resource["friendlyName"]).trim();
  return (name || textOf(resource["id"])).slice(0, 255);
}
