import { distinct, type Variant } from "./cause.ts";
import type { Cause } from "../store/diagnosis.ts";

/** A host with its port; "" for none. */
export type Authority = { readonly host: string; readonly port: string };

/** Scheme, host and port of the address that a callback was checked against. */
export type ExpectedOrigin = Authority & { readonly scheme: "http" | "https" };

/** Ports that servers and proxies often use. */
const USUAL_PORTS = ["443", "80", "8443", "8080", "3000"];
const DEFAULT_PORTS = { http: "80", https: "443" };

const AUTHORITY = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::(\d{1,5}))?$/i;

/** Reads `host` or `host:port`; undefined for anything else, such as a made-up header. */
export function authorityIn(text: string): Authority | undefined {
  const [, host, port = ""] = AUTHORITY.exec(text.trim()) ?? [];
  return host === undefined ? undefined : { host, port };
}

/** Splits `https://host:port/path` into parts; undefined if it isn't one. */
export function originIn(
  url: string,
): { readonly origin: ExpectedOrigin; readonly path: string } | undefined {
  const [, scheme = "", authority = "", path = ""] =
    /^(https?):\/\/([^/?#]*)([^?#]*)/i.exec(url) ?? [];
  const known = authorityIn(authority);
  if (known === undefined) return undefined;
  const isHttps = scheme.toLowerCase() === "https";
  return { origin: { ...known, scheme: isHttps ? "https" : "http" }, path };
}

/** Returns every name that this server or its proxy was called by, as far as a request shows. */
export function claimedAuthorities(headers: Headers): Authority[] {
  const claimed = [
    headers.get("host") ?? "",
    ...(headers.get("x-forwarded-host") ?? "").split(",").slice(0, 2),
    ...[...(headers.get("forwarded") ?? "").matchAll(/host="?([^";,\s]+)/gi)]
      .slice(0, 1)
      .map(([, host = ""]) => host),
    headers.get("x-original-host") ?? "",
  ];
  return claimed.flatMap((text) => authorityIn(text) ?? []);
}

/**
 * Returns origins that may have been signed instead of the expected one: the other
 * scheme, the names that the request claims, other ports. Those that the receiver
 * treats as the expected one (with its port, without, and with the scheme's default)
 * have no cause.
 */
export function originVariants(
  expected: ExpectedOrigin,
  claimed: readonly Authority[],
  ports: readonly string[],
): Variant[] {
  const known = [expected, ...claimed];
  const otherPorts = new Set([
    ...known.map(({ port }) => port),
    ...ports,
    ...USUAL_PORTS,
  ]);
  const variants = (["https", "http"] as const).flatMap((scheme) =>
    known.flatMap(({ host, port }) => {
      const ownPorts = ["", port, DEFAULT_PORTS[scheme]];
      return [...ownPorts, ...otherPorts].map((signed): Variant => {
        const isOtherHost = host !== expected.host;
        const freePorts = isOtherHost ? ownPorts : ["", expected.port];
        const isOtherPort =
          !freePorts.includes(signed) && signed !== DEFAULT_PORTS[scheme];
        const causes: Cause[] = [
          ...(scheme === expected.scheme ? [] : (["scheme"] as const)),
          ...(isOtherHost ? (["host"] as const) : []),
          ...(isOtherPort ? (["port"] as const) : []),
        ];
        return {
          value: `${scheme}://${host}${signed && `:${signed}`}`,
          causes,
          isLikely: !isOtherPort || port === signed,
        };
      });
    }),
  );
  return distinct(variants);
}
