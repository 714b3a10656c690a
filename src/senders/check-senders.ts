import type { ApiClient } from "../twilio-api/client.ts";
import { TwilioApiFault } from "../twilio-api/faults.ts";
import { tryMessages } from "../twilio-api/messages.ts";
import { readList, type Resource } from "../twilio-api/lists.ts";
import { canonicalSid } from "../twilio/sid.ts";
import { ruleFor, webhookRules, type WebhookRule } from "./webhook-rules.ts";
import { callbackVerdict, type CallbackVerdict } from "./callback-verdict.ts";

/** Part of Twilio's configuration, or why it couldn't be read. */
export type Part<T> =
  | { readonly state: "read"; readonly items: readonly T[] }
  | { readonly state: "forbidden"; readonly fault: string }
  | { readonly state: "failed"; readonly reason: string };

export type CheckedService = {
  readonly sid: string;
  readonly name: string;
  /** Its status callback URL as far as the path: a query may have secrets. */
  readonly callback: string | null;
  readonly verdict: CallbackVerdict;
  /** The Webhook Rule that Twilio applies to it, if it's known. */
  readonly rule: WebhookRule | undefined;
};

export type CheckedNumber = {
  readonly phoneNumber: string;
  readonly name: string;
  /** The SID of its Messaging Service; null without one, undefined when it couldn't be read. */
  readonly service: string | null | undefined;
};

/** Which senders' callbacks come here, as far as Twilio's configuration says. */
export type SenderCheck = {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether the key may read messages; no message is kept. */
  readonly messages: Part<never>;
  readonly services: Part<CheckedService>;
  readonly rules: Part<WebhookRule>;
  /** Phone numbers that can send messages. */
  readonly numbers: Part<CheckedNumber>;
};

/** A service's numbers are a request of their own. */
const SERVICES_ASKED_MAX = 200;

/** Reads how an account's senders are set up. Only rejects when the signal is aborted. */
export async function checkSenders(
  client: ApiClient,
  publicUrl: string,
  now: () => number,
  signal: AbortSignal,
): Promise<SenderCheck> {
  const messages = await partOf(
    () => tryMessages(client, signal),
    () => [],
    signal,
  );
  const rules = await readRules(client, signal);
  const known = rules.state === "read" ? rules.items : [];
  const list = { host: "messaging", path: "/v1/Services" } as const;
  const services = await partOf(
    () => readList(client, { ...list, key: "services" }, signal),
    (resource) => serviceOf(resource, publicUrl, known),
    signal,
  );
  const serviceOfNumber =
    services.state === "read"
      ? await numbersOfServices(client, services.items, signal)
      : undefined;
  const path = `/2010-04-01/Accounts/${client.accountSid}/IncomingPhoneNumbers.json`;
  const key = "incoming_phone_numbers";
  const numbers = await partOf(
    () => readList(client, { host: "api", path, key }, signal),
    (resource) => numberOf(resource, serviceOfNumber),
    signal,
  );
  return { at: now(), messages, services, rules, numbers };
}

/** An account has at most 50 rules and 50 settings. */
const RULES_QUERY = { pageSize: "100" };

/** Twilio's Webhooks configuration API is in beta: an account that it isn't open to has no rules. */
async function readRules(
  client: ApiClient,
  signal: AbortSignal,
): Promise<Part<WebhookRule>> {
  const read = (path: string): Promise<readonly Resource[]> =>
    readList(client, { host: "webhooks", path, query: RULES_QUERY }, signal);
  let settings: readonly Resource[] = [];
  const rules = await partOf<Resource>(
    async () => {
      const found = await read("/v1/Webhooks/Rules").catch(noneIfNotFound);
      if (found.length > 0) settings = await read("/v1/Webhooks/Settings");
      return found;
    },
    (resource) => resource,
    signal,
  );
  return rules.state === "read"
    ? { state: "read", items: webhookRules(rules.items, settings) }
    : rules;
}

function noneIfNotFound(error: unknown): readonly Resource[] {
  if (error instanceof TwilioApiFault && error.kind === "not-found") return [];
  throw error;
}

/** The service of each number; undefined when that can't be read. */
async function numbersOfServices(
  client: ApiClient,
  services: readonly CheckedService[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (services.length > SERVICES_ASKED_MAX) return undefined;
  const found = new Map<string, string>();
  for (const { sid } of services) {
    const path = `/v1/Services/${sid}/PhoneNumbers`;
    const part = await partOf(
      () =>
        readList(
          client,
          { host: "messaging", path, key: "phone_numbers" },
          signal,
        ),
      (resource) => textOf(resource, "phone_number") ?? [],
      signal,
    );
    if (part.state !== "read") return undefined;
    for (const number of part.items) found.set(number, sid);
  }
  return found;
}

async function partOf<T>(
  read: () => Promise<readonly Resource[]>,
  itemOf: (resource: Resource) => T | readonly T[],
  signal: AbortSignal,
): Promise<Part<T>> {
  try {
    return { state: "read", items: (await read()).flatMap<T>(itemOf) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TwilioApiFault)) throw error;
    // A restricted key gets either status for what it may not read.
    if (error.kind === "forbidden" || error.kind === "unauthorized")
      return { state: "forbidden", fault: error.message };
    return { state: "failed", reason: error.message };
  }
}

function serviceOf(
  resource: Resource,
  publicUrl: string,
  rules: readonly WebhookRule[],
): CheckedService | readonly CheckedService[] {
  const sid = canonicalSid(textOf(resource, "sid") ?? "");
  if (!/^MG[0-9a-f]{32}$/.test(sid)) return [];
  const callback = textOf(resource, "status_callback");
  return {
    sid,
    name: textOf(resource, "friendly_name") ?? sid,
    callback: callback === null ? null : shownUrl(callback),
    verdict: callbackVerdict(callback, publicUrl),
    rule: callback === null ? undefined : ruleFor(rules, callback),
  };
}

function numberOf(
  resource: Resource,
  serviceOfNumber: ReadonlyMap<string, string> | undefined,
): CheckedNumber | readonly CheckedNumber[] {
  const phoneNumber = textOf(resource, "phone_number");
  if (phoneNumber === null || !canSend(resource["capabilities"])) return [];
  return {
    phoneNumber,
    name: textOf(resource, "friendly_name") ?? phoneNumber,
    service: serviceOfNumber && (serviceOfNumber.get(phoneNumber) ?? null),
  };
}

function canSend(capabilities: unknown): boolean {
  return (
    typeof capabilities !== "object" ||
    capabilities === null ||
    ("sms" in capabilities && capabilities.sms === true) ||
    ("mms" in capabilities && capabilities.mms === true)
  );
}

function shownUrl(text: string): string {
  const url = URL.parse(text.trim());
  return url === null
    ? "not a URL"
    : `${url.origin}${url.pathname}`.slice(0, 300);
}

function textOf(resource: Resource, name: string): string | null {
  const value = resource[name];
  return typeof value === "string" && value !== "" ? value.slice(0, 300) : null;
}
