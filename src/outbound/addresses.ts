import { BlockList, isIP } from "node:net";

/**
 * How far requests may go: `public` addresses are open, `private` ones only if
 * FORWARD_ALLOW lists them, and the others are never used, even if it lists them.
 */
export type Reach = "public" | "private" | "never";

/**
 * Returns an address in the only form that it's checked and connected to, so that no other
 * spelling gets around a check: IPv6 in lower case with the zeros shortened, and IPv4 even
 * if it's written as IPv6 (`::ffff:…`). Undefined if it isn't an address, or has a zone.
 */
export function plainForm(address: string): string | undefined {
  if (isIP(address) === 4) return address;
  if (isIP(address) !== 6) return undefined;
  const host = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1);
  if (host === undefined) return undefined;
  return embeddedIPv4(host, "::ffff:") ?? host;
}

/** Returns the reach of an address in its plain form. */
export function reachOf(address: string): Reach {
  if (isIP(address) === 4) {
    if (NEVER.check(address, "ipv4")) return "never";
    return PRIVATE.check(address, "ipv4") ? "private" : "public";
  }
  const behindNat64 = embeddedIPv4(address, "64:ff9b::");
  if (behindNat64 !== undefined)
    return reachOf(behindNat64) === "public" ? "public" : "never";
  if (NEVER.check(address, "ipv6")) return "never";
  if (PRIVATE.check(address, "ipv6")) return "private";
  return GLOBAL_UNICAST.check(address, "ipv6") ? "public" : "never";
}

/** Reports whether a list of networks contains an address in its plain form. */
export function isListed(list: BlockList | undefined, address: string) {
  return list?.check(address, isIP(address) === 6 ? "ipv6" : "ipv4") ?? false;
}

/** Returns `127.0.0.1` for `::ffff:7f00:1` and the prefix `::ffff:`. */
function embeddedIPv4(address: string, prefix: string): string | undefined {
  if (!address.startsWith(prefix)) return undefined;
  const groups = address.slice(prefix.length).split(":");
  if (groups.length > 2 || groups.some((group) => group === ""))
    return address === prefix ? "0.0.0.0" : undefined;
  const [low = 0, high = 0] = groups
    .map((group) => Number.parseInt(group, 16))
    .toReversed();
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

function networks(...list: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const network of list) {
    const [address = "", bits] = network.split("/");
    blocks.addSubnet(
      address,
      Number(bits),
      isIP(address) === 6 ? "ipv6" : "ipv4",
    );
  }
  return blocks;
}

/** Source: the IANA registries of special-purpose addresses, and the clouds' documentation. */
const NEVER = networks(
  "0.0.0.0/8", // this network
  "169.254.0.0/16", // link-local, and the metadata service of most clouds
  "192.0.0.0/24", // protocol assignments; 192.0.0.192 was Oracle's metadata service
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, broadcast
  "100.100.100.200/32", // Alibaba's metadata service
  "168.63.129.16/32", // Azure's host
  "fd00:ec2::/32", // Amazon's metadata service
  "fd20:ce::254/128", // Google's metadata service
  "fd00:c1::a9fe:a9fe/128", // Oracle's metadata service
  "fd00:42::42/128", // Scaleway's metadata service
  "2001::/23", // protocol assignments, Teredo
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4: an IPv4 address in disguise
  "3fff::/20", // documentation
);

const PRIVATE = networks(
  "10.0.0.0/8",
  "100.64.0.0/10", // shared by carriers; Tailscale
  "127.0.0.0/8", // loopback
  "172.16.0.0/12",
  "192.168.0.0/16",
  "198.18.0.0/15", // benchmarks
  "::1/128", // loopback
  "fc00::/7", // unique local
);

/** All other IPv6 addresses are reserved, or a disguise of IPv4 such as `::127.0.0.1`. */
const GLOBAL_UNICAST = networks("2000::/3");
