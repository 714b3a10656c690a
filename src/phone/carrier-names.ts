import path from "mcc-mnc-list/mcc-mnc-list.json" with { type: "file" };

/** One network in the package's table, which is made from Wikipedia's. */
type Network = {
  readonly mcc: string | null;
  readonly mnc: string | null;
  readonly brand: string | null;
  readonly operator: string | null;
  readonly status: string;
};

let names: Promise<ReadonlyMap<string, string>> | undefined;

/**
 * Returns the name of a carrier by its mobile country code and network code; undefined if the
 * table has none. The table is read at the first call: most ledgers never need it.
 */
export async function carrierName(
  mcc: string,
  mnc: string,
): Promise<string | undefined> {
  names ??= read();
  const known = await names;
  return spellings(mnc)
    .map((each) => known.get(`${mcc} ${each}`))
    .find((name) => name !== undefined);
}

/** The code as it is, or with another number of leading zeros: some write two digits as three. */
function spellings(mnc: string): string[] {
  return [mnc, mnc.replace(/^0(?=\d\d$)/, ""), mnc.padStart(3, "0")];
}

async function read(): Promise<ReadonlyMap<string, string>> {
  const networks: readonly Network[] = await Bun.file(path).json();
  const known = new Map<string, string>();
  // Those that are in operation come last, so that they win.
  const inOrder = networks.toSorted(
    (a, b) =>
      Number(a.status === "Operational") - Number(b.status === "Operational"),
  );
  for (const { mcc, mnc, brand, operator } of inOrder) {
    const name = brand ?? operator;
    if (mcc !== null && mnc !== null && name !== null)
      known.set(`${mcc} ${mnc}`, name);
  }
  return known;
}
