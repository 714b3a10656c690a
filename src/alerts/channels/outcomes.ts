import { retryAfter } from "../../forwarding/schedule.ts";
import { RESPONSE_KEPT, type Outcome } from "../../forwarding/target.ts";
import { isMailFault, MAIL_FAULT_WORDS } from "../../mail/faults.ts";
import type { MailResult } from "../../mail/mailer.ts";
import { FAULT_WORDS } from "../../outbound/faults.ts";
import type { SendResult } from "../../outbound/outbound.ts";
import type { AlertChannelKind } from "../../store/alert-channels.ts";
import type { Attempt } from "../../store/outbox.ts";
import type { ChannelKind, Given } from "./channel.ts";
import { CHANNEL_KINDS } from "./channels.ts";

/** Why nothing was sent, as a code with its words. */
const UNSENT_WORDS = {
  channel_off:
    "This channel was turned off or removed before the notice was sent.",
  settings_invalid: "This channel’s settings aren’t valid. Enter them again.",
} as const;

/** There was nothing to tell this kind of channel, such as an acknowledgment. */
export const NOTHING_TO_SEND: Outcome = {
  ok: true,
  status: null,
  durationMs: 0,
  response: null,
  requestHeaders: {},
};

export function unsent(
  error: keyof typeof UNSENT_WORDS | "no_mail_server",
): Outcome {
  return {
    ok: false,
    status: null,
    error,
    retryAfterMs: null,
    isPermanent: error === "channel_off",
    durationMs: 0,
    response: null,
    requestHeaders: {},
  };
}

/**
 * How an attempt over HTTP went. Wrong settings aren't permanent: once they are fixed, what
 * waits is sent.
 */
export function httpOutcome(
  kind: ChannelKind,
  {
    headers,
    settings,
    result: { durationMs, response, fault },
    now,
  }: {
    readonly headers: Readonly<Record<string, string>>;
    readonly settings: Given;
    readonly result: SendResult;
    readonly now: number;
  },
): Outcome {
  const { authorization: _, ...requestHeaders } = headers;
  const failed = {
    ok: false,
    durationMs,
    requestHeaders,
    isPermanent: false,
  } as const;
  if (fault !== null)
    return {
      ...failed,
      status: null,
      error: fault,
      retryAfterMs: null,
      response: null,
    };
  const { status, text } = response;
  if (kind.verdict({ status, text }).result === "sent")
    // What a service says of a message that it took repeats the message.
    return { ok: true, status, durationMs, response: null, requestHeaders };
  return {
    ...failed,
    status,
    error: null,
    retryAfterMs: retryAfter(response.headers.get("retry-after"), now),
    response: withoutSecrets(text, kind, settings).slice(0, RESPONSE_KEPT),
  };
}

export function mailOutcome({
  durationMs,
  status,
  response,
  fault,
  refused,
}: MailResult): Outcome {
  const kept = {
    durationMs,
    status,
    requestHeaders: {},
    response:
      [
        ...(response === null ? [] : [response]),
        ...(refused.length === 0 ? [] : [`Refused: ${refused.join(", ")}`]),
      ]
        .join("\n")
        .slice(0, RESPONSE_KEPT) || null,
  };
  return fault === null
    ? { ...kept, ok: true }
    : {
        ...kept,
        ok: false,
        error: fault,
        retryAfterMs: null,
        isPermanent: false,
      };
}

/** Why an attempt failed, in sentences that say what to do; undefined if it succeeded. */
export function failureWords(
  kind: AlertChannelKind,
  {
    isSuccess,
    status,
    error,
    response,
  }: Pick<Attempt, "isSuccess" | "status" | "error" | "response">,
): string | undefined {
  if (isSuccess) return undefined;
  if (error !== null) return errorWords(kind, error);
  const verdict = CHANNEL_KINDS[kind].verdict({
    status: status ?? 0,
    text: response ?? "",
  });
  return verdict.result === "sent" ? undefined : verdict.words;
}

function errorWords(kind: AlertChannelKind, error: string): string {
  if (has(UNSENT_WORDS, error)) return UNSENT_WORDS[error];
  if (kind === "email" && isMailFault(error)) return MAIL_FAULT_WORDS[error];
  return has(FAULT_WORDS, error) ? FAULT_WORDS[error] : FAULT_WORDS.failed;
}

function has<T extends object>(table: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(table, key);
}

/** What is shorter may be a part of any word. */
const SECRET_LENGTH_MIN = 6;

/** Responses are logged, and some repeat a part of the request. */
function withoutSecrets(
  text: string,
  { fields }: ChannelKind,
  settings: Given,
): string {
  let rest = text;
  for (const [name, { isSecret }] of Object.entries(fields)) {
    const secret = settings[name] ?? "";
    if (!isSecret || secret.length < SECRET_LENGTH_MIN) continue;
    for (const part of [secret, ...partsOf(secret)])
      rest = rest.replaceAll(part, "…");
  }
  return rest;
}

/** What is shorter is a word of the address, such as `services`. */
const SEGMENT_LENGTH_MIN = 16;

/** The parts of a secret URL that make it one, the longest first: a service may repeat any of them. */
function partsOf(secret: string): readonly string[] {
  const url = URL.parse(secret);
  if (!url) return [];
  const { pathname, search, searchParams } = url;
  const given = search.slice(1).split(/[=&]/);
  return [
    ...[pathname + search, pathname, search].filter(({ length }) => length > 1),
    ...pathname.split("/").filter(({ length }) => length >= SEGMENT_LENGTH_MIN),
    ...[...given, ...searchParams.values()].filter(
      ({ length }) => length >= SECRET_LENGTH_MIN,
    ),
  ].toSorted((one, other) => other.length - one.length);
}
