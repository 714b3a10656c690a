import type { BlockList } from "node:net";
import { isListed, plainForm, reachOf } from "./addresses.ts";
import { SendError, type SendFault } from "./faults.ts";

/** Where a request goes, before its host is looked up. */
export type Target = {
  readonly url: URL;
  /** The host as a name or a plain address, without brackets or the dot at the end. */
  readonly host: string;
};

/** Returns where a URL leads, or why nothing is sent there whatever its host's addresses are. */
export function targetOf(text: string): Target | SendFault {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return "url_invalid";
  if (url.username !== "" || url.password !== "") return "url_with_credentials";
  const host = url.hostname.replace(/^\[|\]$|\.$/g, "");
  // An empty label, as in "a..b", gets to no host.
  if (host.split(".").includes("") || url.port === "0") return "url_invalid";
  return { url, host: plainForm(host) ?? host };
}

/**
 * Returns the addresses among those of a host that a request may go to. Throws SendError
 * if there are none.
 */
export function allowedAddresses(
  addresses: readonly string[],
  { url }: Target,
  allow: BlockList | undefined,
): readonly string[] {
  const plain = [
    ...new Set(addresses.flatMap((each) => plainForm(each) ?? [])),
  ];
  const possible = plain.filter((each) => reachOf(each) !== "never");
  const reachable = possible.filter(
    (each) => reachOf(each) === "public" || isListed(allow, each),
  );
  const allowed =
    url.protocol === "https:"
      ? reachable
      : reachable.filter((each) => isListed(allow, each));
  if (allowed.length > 0) return allowed;
  if (reachable.length > 0) throw new SendError("http_not_allowed");
  if (possible.length > 0) throw new SendError("address_not_allowed");
  throw new SendError(
    plain.length > 0 ? "address_never_allowed" : "dns_not_found",
  );
}
