import type { Config } from "../config/config.ts";
import { parseForm, type FormParams } from "../twilio/form.ts";
import { SIGNATURE_SETTINGS_HEADER } from "../twilio/shared-keys.ts";
import type { Algorithm } from "../twilio/signature.ts";
import { WEBHOOK_PATHS, type Webhook } from "../twilio/webhook-paths.ts";
import {
  queryOf,
  type Addressed,
  type SignedAddress,
} from "../receiver/signed-urls.ts";
import { bodyVariants, eventsBodyVariants } from "./body-variants.ts";
import type { Variant } from "./cause.ts";
import {
  claimedAuthorities,
  originIn,
  originVariants,
} from "./origin-variants.ts";
import { keyVariants } from "./key-variants.ts";
import { pathVariants } from "./path-variants.ts";
import { queryVariants } from "./query-variants.ts";
import { tokenVariants } from "./token-variants.ts";

/** The one that a request may have been signed for instead. */
export function otherWebhook(webhook: Webhook): Webhook {
  return webhook === "sms" ? "whatsapp" : "sms";
}

/** A request with a wrong signature. */
export type SignedRequest = Addressed & {
  readonly channel: Webhook;
  readonly signature: string;
  /** The posted parameters; undefined if no form was read. */
  readonly params: FormParams | undefined;
};

export type DiagnosisSettings = Pick<
  Config,
  "authTokens" | "sharedKeys" | "publicUrl" | "trustedProxies" | "port"
>;

/** The parts of what is signed. */
export const PARTS = ["origin", "path", "query", "body", "token"] as const;
export type Part = (typeof PARTS)[number];
/** The variants of each part. */
export type Variants = Readonly<Record<Part, readonly Variant[]>>;
/** One choice of variants. */
export type Candidate = Readonly<Record<Part, Variant>>;

/**
 * Returns the variants of each part of a signed text, given a request and the address
 * that it was checked against. Undefined if that isn't an address, for example without
 * a Host header.
 */
export function signedVariants(
  request: SignedRequest,
  settings: DiagnosisSettings,
  algorithm: Algorithm,
  { base, path, query }: SignedAddress,
): Variants | undefined {
  const expected = originIn(base);
  if (expected === undefined) return undefined;
  const { channel, headers, params, requestUrl } = request;
  const targets = forwardedTargets(headers);
  const arrived = [pathOf(requestUrl), expected.path + pathOf(requestUrl)];
  const signedWith = headers.get(SIGNATURE_SETTINGS_HEADER);
  const fields = params ?? parseForm(query.slice(1)).params;
  const accountSid = fields.find(([name]) => name === "AccountSid")?.[1];
  const ports = [
    headers.get("x-forwarded-port")?.trim() ?? "",
    String(settings.port),
  ].filter((each) => /^[1-9]\d{0,4}$/.test(each));
  return {
    origin: originVariants(expected.origin, claimedAuthorities(headers), ports),
    path: pathVariants(
      {
        basePath: expected.path,
        route: WEBHOOK_PATHS[channel],
        otherRoute: WEBHOOK_PATHS[otherWebhook(channel)],
        hasSlash: path.endsWith("/"),
      },
      {
        basePaths: forwardedPrefixes(headers),
        paths: [
          ...targets.map((each) => each.path),
          ...arrived,
          // A call to an address without a path arrives at "/".
          ...arrived.map((each) => each.replace(/\/+$/, "")),
        ],
      },
    ),
    query: queryVariants(
      query,
      targets.map((each) => each.query),
    ),
    body:
      channel === "events"
        ? eventsBodyVariants(params)
        : bodyVariants(params, query),
    token: signedWith
      ? keyVariants(settings, signedWith, algorithm)
      : tokenVariants(settings, accountSid, algorithm),
  };
}

/** Returns the path of a URL as the server reports it, without its query. */
function pathOf(requestUrl: string): string {
  const end = requestUrl.length - queryOf(requestUrl).length;
  return requestUrl.slice(0, end).replace(/^[^/]*\/\/[^/]*/, "");
}

/** Returns the original paths and queries that some proxies put in headers. */
function forwardedTargets(
  headers: Headers,
): { readonly path: string; readonly query: string }[] {
  return ["x-forwarded-uri", "x-original-uri", "x-original-url"].flatMap(
    (name) => {
      const target = headers.get(name)?.replace(/^https?:\/\/[^/?#]*/i, "");
      if (!target?.startsWith("/")) return [];
      const query = queryOf(target);
      return { path: target.slice(0, target.length - query.length), query };
    },
  );
}

/** Returns the base path that a proxy removed, which some put in a header. */
function forwardedPrefixes(headers: Headers): string[] {
  const prefix = headers.get("x-forwarded-prefix")?.trim().replace(/\/+$/, "");
  return prefix?.startsWith("/") ? [prefix] : [];
}
