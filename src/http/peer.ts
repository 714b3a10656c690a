import { isIP, type BlockList } from "node:net";
import type { SignIn } from "../config/settings.ts";

export type ProxySettings = {
  /** Undefined: none is trusted. */
  readonly trustedProxies: BlockList | undefined;
};

/** Whether the other end of a connection is a proxy whose headers are believed. */
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

/** Whether any program on this machine can sign in as any user, as a proxy on it does. */
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
 * The address that a request came from: the other end of the connection, or, when that
 * is a trusted proxy, the right-most address of `X-Forwarded-For` that is none. What
 * stands left of it the client may have written itself.
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

/** What limits are kept by: an IPv4 address, or the half of an IPv6 one that a provider gives to one customer. */
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

/** An IPv4 address that is written as an IPv6 one. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
