import { isIP, type BlockList } from "node:net";
import type { SignIn } from "../config/settings.ts";

export type ProxySettings = {
  /** Undefined: none is trusted. */
  readonly trustedProxies: BlockList | undefined;
};

/** Reports whether the other end of a connection is a proxy whose headers are trusted. */
export function isTrustedProxy(
  { trustedProxies }: ProxySettings,
  peer: string | undefined,
): boolean {
  if (trustedProxies === undefined || peer === undefined) return false;
  const address = plainAddress(peer);
  const family = isIP(address);
  return (
    family !== 0 &&
    trustedProxies.check(address, family === 6 ? "ipv6" : "ipv4")
  );
}

/** Reports whether any program on this machine can sign in as any user, like a proxy on it. */
export function isOpenToThisMachine({
  signIn,
  signInSecret,
  trustedProxies,
}: ProxySettings & {
  readonly signIn: SignIn;
  readonly signInSecret: string | undefined;
}): boolean {
  return (
    signIn === "proxy" &&
    signInSecret === undefined &&
    (isTrustedProxy({ trustedProxies }, "127.0.0.1") ||
      isTrustedProxy({ trustedProxies }, "::1"))
  );
}

/**
 * Returns the address that a request came from: the other end of the connection or, if
 * that's a trusted proxy, the right-most address in `X-Forwarded-For` that isn't one.
 * The client may have written everything left of it.
 */
export function clientAddress(
  settings: ProxySettings,
  headers: Headers,
  peer: string | undefined,
): string | null {
  let address = peer === undefined ? null : plainAddress(peer);
  const forwarded = headers.get("x-forwarded-for")?.split(",") ?? [];
  while (address !== null && isTrustedProxy(settings, address)) {
    const next = addressIn(forwarded.pop()?.trim() ?? "");
    if (next === undefined) break;
    address = next;
  }
  return address;
}

/** Returns the key for limits: an IPv4 address, or the half of an IPv6 address that a provider assigns to one customer. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [before = "", after] = address.split("%")[0]?.split("::") ?? [];
  const groups = before === "" ? [] : before.split(":");
  const rest = after === undefined || after === "" ? [] : after.split(":");
  const middle =
    after === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array<string>(middle).fill("0"), ...rest];
  const network = all.slice(0, 4).map((group) => Number.parseInt(group, 16));
  return `${network.map((group) => group.toString(16)).join(":")}::/64`;
}

/** An entry of `X-Forwarded-For`, which may have a port. */
function addressIn(entry: string): string | undefined {
  const address = plainAddress(
    entry
      .replace(/^\[([^\]]*)\](?::\d+)?$/, "$1")
      .replace(/^([\d.]+):\d+$/, "$1"),
  );
  return isIP(address) === 0 ? undefined : address;
}

/** Returns an IPv4 address that is written as an IPv6 one (`::ffff:…`) as IPv4; others unchanged. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
