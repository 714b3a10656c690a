import { isIP } from "node:net";

/** Returns all addresses of a host name. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** For this long, a name isn't looked up again: an endpoint may get hundreds of events a second. */
const REMEMBERED_MS = 5_000;
const NAMES_MAX = 1_000;

/** Looks names up as the runtime does, without blocking a thread. */
export const systemResolve: Resolve = async (name) =>
  (await Bun.dns.lookup(name, { socketType: "tcp" })).map(
    ({ address }) => address,
  );

/**
 * Returns a resolver that remembers addresses for a few seconds and shares a lookup under way.
 * Failures aren't remembered.
 */
export function rememberingResolver(
  resolve: Resolve,
  now: () => number = () => performance.now(),
): Resolve {
  const known = new Map<
    string,
    { readonly addresses: Promise<readonly string[]>; readonly until: number }
  >();
  return (name) => {
    if (isIP(name) !== 0) return Promise.resolve([name]);
    const before = known.get(name);
    if (before && now() < before.until) return before.addresses;
    const addresses = resolve(name);
    if (known.size >= NAMES_MAX) known.clear();
    known.set(name, { addresses, until: now() + REMEMBERED_MS });
    addresses.catch(() => known.delete(name));
    return addresses;
  };
}
