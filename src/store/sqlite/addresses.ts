import type { Database } from "bun:sqlite";
import { countryOf } from "../../country.ts";
import { interned } from "./interning.ts";

/** The last digits of a phone number that are indexed, for finding it by its end. */
export const LAST_DIGITS = 4;

/** Addresses with what is derived from them; the country is kept in reach for the rollups. */
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
    () => null,
  );
  const ids = interned<number>(
    (address) => find.get(address)?.id ?? null,
    (address) =>
      Number(
        add.run(address, lastDigits(address), countryOf(address))
          .lastInsertRowid,
      ),
  );
  return {
    get: (address: string): number => ids.get(address),
    countryOf: (id: number): string | null => countries.get(id),
    forget() {
      ids.forget();
      countries.forget();
    },
  };
}

/** The number that a phone number's last digits read as; null for what is no number. */
export function lastDigits(address: string): number | null {
  const match = new RegExp(`^\\+?\\d*(\\d{${LAST_DIGITS}})$`).exec(address);
  return match ? Number(match[1]) : null;
}
