import type { BlockList } from "node:net";
import { isListed, plainForm, reachOf } from "./addresses.ts";
import type { SendFault } from "./faults.ts";

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

/** Returns those of a host's addresses that a request may go to, or why there are none. */
export function allowedAddresses(
  addresses: readonly string[],
  { url }: Target,
  allow: BlockList | undefined,
): readonly string[] | SendFault {
  const plain = [
    ...new Set(addresses.flatMap((each) => plainForm(each) ?? [])),
  ];
  if (plain.length === 0) return "dns_not_found";
  const possible = plain.filter((each) => reachOf(each) !== "never");
  if (possible.length === 0) return "address_never_allowed";
  const reachable = possible.filter(
    (each) => reachOf(each) === "public" || isListed(allow, each),
  );
  if (reachable.length === 0) return "address_not_allowed";
  if (url.protocol === "https:") return reachable;
  const listed = reachable.filter((each) => isListed(allow, each));
  return listed.length === 0 ? "http_not_allowed" : listed;
}
