/** For this long, an address that didn't respond in time is tried after a host's others. */
const SLOW_MS = 600_000;
const SLOW_MAX = 1_000;

/** Remembers slow addresses, so that a host isn't lost if only one of its addresses is unreachable. */
export function slowAddresses() {
  const slowSince = new Map<string, number>();
  const isSlow = (address: string) =>
    performance.now() - (slowSince.get(address) ?? -Infinity) < SLOW_MS;
  return {
    add(address: string): void {
      if (slowSince.size >= SLOW_MAX) slowSince.clear();
      slowSince.set(address, performance.now());
    },
    last: (addresses: readonly string[]): readonly string[] =>
      addresses.toSorted(
        (one, other) => Number(isSlow(one)) - Number(isSlow(other)),
      ),
  };
}
