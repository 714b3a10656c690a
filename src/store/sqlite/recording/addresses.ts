import type { Database } from "bun:sqlite";
import { countryOf } from "../../../phone/country.ts";
import { createFreshIds } from "./fresh-ids.ts";
import { interned } from "./interning.ts";
import { lastDigits } from "../../core/last-digits.ts";

/** The ids of phone numbers and other addresses, and the countries they are of. */
export function internedAddresses(db: Database) {
  const find = db.prepare<{ id: number; country: string | null }, [string]>(
    "SELECT id, country FROM addresses WHERE address = ?",
  );
  const findCountry = db.prepare<{ country: string | null }, [number]>(
    "SELECT country FROM addresses WHERE id = ?",
  );
  const add = db.prepare(
    "INSERT INTO addresses (id, address, last_digits, country) VALUES (?, ?, ?, ?)",
  );
  const freshIds = createFreshIds(db, "addresses");
  const findText = db.prepare<{ address: string }, [number]>(
    "SELECT address FROM addresses WHERE id = ?",
  );
  const countries = interned<string | null, number>(
    (id) => findCountry.get(id)?.country ?? null,
  );
  const addNew = (address: string, country: string | null): number => {
    const id = freshIds.next();
    add.run(id, address, lastDigits(address), country);
    return id;
  };
  const ids = interned((address) => {
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
    textOf: (id: number): string => findText.get(id)?.address ?? "",
    /** To be called when this address was deleted or is another one now. */
    drop: (address: string) => ids.drop(address),
    /** To be called before addresses are deleted. */
    keepHighestId: () => freshIds.keep(),
    /** To be called when the transaction is rolled back, or another process wrote. */
    forget() {
      for (const part of [ids, countries, freshIds]) part.forget();
    },
  };
}
