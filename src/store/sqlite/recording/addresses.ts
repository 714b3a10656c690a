import { Mistake } from "../../../log/failure.ts";
import { countryOf } from "../../../phone/country.ts";
import { lastDigits } from "../../core/last-digits.ts";
import type { Transactions } from "../connection/transactions.ts";
import { createFreshIds } from "./fresh-ids.ts";
import { interned } from "./interning.ts";

/** The ids of phone numbers and other addresses, and their countries. */
export function internedAddresses(transactions: Transactions) {
  const { db } = transactions;
  const find = db.prepare<{ id: number; country: string | null }, [string]>(
    "SELECT id, country FROM addresses WHERE address = ?",
  );
  const findCountry = db.prepare<{ country: string | null }, [number]>(
    "SELECT country FROM addresses WHERE id = ?",
  );
  const add = db.prepare(
    "INSERT INTO addresses (id, address, last_digits, country) VALUES (?, ?, ?, ?)",
  );
  const findText = db.prepare<{ address: string }, [number]>(
    "SELECT address FROM addresses WHERE id = ?",
  );
  const freshIds = createFreshIds(transactions, "addresses");
  const countries = interned<string | null, number>(
    transactions,
    (id) => findCountry.get(id)?.country ?? null,
  );
  const addNew = (address: string, country: string | null): number => {
    const id = freshIds.next();
    add.run(id, address, lastDigits(address), country);
    return id;
  };
  const ids = interned(transactions, (address) => {
    const known = find.get(address);
    const country = known ? known.country : countryOf(address);
    const id = known?.id ?? addNew(address, country);
    countries.put(id, country);
    return id;
  });
  return {
    get: (address: string): number => ids.get(address),
    countryOf: (id: number): string | null => countries.get(id),
    /** Read each time, as an address can be erased. */
    textOf: (id: number): string => {
      const row = findText.get(id);
      if (row === null) throw new Mistake("A message's address is missing.");
      return row.address;
    },
    /** Call this when the address has been deleted. */
    drop: (address: string) => ids.drop(address),
    /** Call this before addresses are deleted. */
    keepHighestId: () => freshIds.keep(),
  };
}
