import type { Config } from "../config/config.ts";
import { parseForm, type FormParams } from "../twilio/form.ts";
import { SIGNATURE_SETTINGS_HEADER } from "../twilio/shared-keys.ts";
import type { Algorithm } from "../twilio/signature.ts";
import type { RouteChannel } from "../twilio/status.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import {
  queryOf,
  type Addressed,
  type SignedAddress,
} from "../receiver/signed-urls.ts";
import { bodyVariants } from "./body-variants.ts";
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

/** A request whose signature did not fit. */
export type SignedRequest = Addressed & {
  readonly channel: RouteChannel;
  readonly signature: string;
  /** What was posted; undefined when no form was read. */
  readonly params: FormParams | undefined;
};

export type DiagnosisSettings = Pick<
  Config,
  "authTokens" | "sharedKeys" | "publicUrl" | "trustedProxies" | "port"
>;

/** The parts of what is signed. */
export const PARTS = ["origin", "path", "query", "body", "token"] as const;
export type Part = (typeof PARTS)[number];
/** Of each part all that it may have been. */
export type Variants = Readonly<Record<Part, readonly Variant[]>>;
/** One choice of them. */
export type Candidate = Readonly<Record<Part, Variant>>;

/**
 * All that each part of a signed text may have been, given a request and the address
 * that it was checked against. Undefined when that is no address, as without a Host.
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
        otherRoute: WEBHOOK_PATHS[channel === "sms" ? "whatsapp" : "sms"],
        hasSlash: path.endsWith("/"),
      },
      {
        basePaths: forwardedPrefixes(headers),
        paths: [
          ...targets.map((each) => each.path),
          ...arrived,
          // What calls an address without a path arrives at "/".
          ...arrived.map((each) => each.replace(/\/+$/, "")),
        ],
      },
    ),
    query: queryVariants(
      query,
      targets.map((each) => each.query),
    ),
    body: bodyVariants(params, query),
    token: signedWith
      ? keyVariants(settings, signedWith, algorithm)
      : tokenVariants(settings, accountSid, algorithm),
  };
}

/** The path of a URL as the server reports it, without its query. */
function pathOf(requestUrl: string): string {
  const end = requestUrl.length - queryOf(requestUrl).length;
  return requestUrl.slice(0, end).replace(/^[^/]*\/\/[^/]*/, "");
}

/** The paths and queries that were called, as some proxies name them. */
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

/** The base path that a proxy took off, as some name it. */
function forwardedPrefixes(headers: Headers): string[] {
  const prefix = headers.get("x-forwarded-prefix")?.trim().replace(/\/+$/, "");
  return prefix?.startsWith("/") ? [prefix] : [];
}
