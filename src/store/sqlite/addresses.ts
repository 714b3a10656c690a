import type { Database } from "bun:sqlite";
import { countryOf } from "../../country.ts";
import { LAST_DIGITS_MIN } from "../filter.ts";
import { interned } from "./interning.ts";

/** The ids of phone numbers and other addresses, and the countries they are of. */
export function internedAddresses(db: Database) {
  const find = db.prepare<{ id: number; country: string | null }, [string]>(
    "SELECT id, country FROM addresses WHERE address = ?",
  );
  const findCountry = db.prepare<{ country: string | null }, [number]>(
    "SELECT country FROM addresses WHERE id = ?",
  );
  const add = db.prepare(
    "INSERT INTO addresses (address, last_digits, country) VALUES (?, ?, ?)",
  );
  const countries = interned<string | null, number>(
    (id) => findCountry.get(id)?.country ?? null,
  );
  const ids = interned((address) => {
    const known = find.get(address);
    const country = known ? known.country : countryOf(address);
    const id =
      known?.id ??
      Number(add.run(address, lastDigits(address), country).lastInsertRowid);
    countries.put(id, country);
    return id;
  });
  return {
    get: (address: string): number => ids.get(address),
    countryOf: (id: number): string | null => countries.get(id),
    forget() {
      ids.forget();
      countries.forget();
    },
  };
}

/** The number that a phone number's last digits read as, which is indexed to find it by its end; null for what is no number. */
export function lastDigits(address: string): number | null {
  return /^\+?\d+$/.test(address) &&
    address.replace("+", "").length >= LAST_DIGITS_MIN
    ? Number(address.slice(-LAST_DIGITS_MIN))
    : null;
}
