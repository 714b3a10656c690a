import { lazy } from "../words/lazy.ts";
import { getCountries } from "libphonenumber-js/min";

/** What people write for a country, besides its code and its name. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  uk: "GB",
  "great britain": "GB",
  england: "GB",
  usa: "US",
  america: "US",
  holland: "NL",
  turkey: "TR",
  burma: "MM",
  "ivory coast": "CI",
  "czech republic": "CZ",
};

type Known = {
  readonly nameOf: ReadonlyMap<string, string>;
  readonly codeOf: ReadonlyMap<string, string>;
};

const countries = lazy((): Known => {
  const names = new Intl.DisplayNames("en", {
    type: "region",
    fallback: "code",
  });
  const nameOf = new Map<string, string>(
    getCountries().map((code) => [code, names.of(code) ?? code]),
  );
  const codeOf = new Map(Object.entries(OTHER_NAMES));
  for (const [code, name] of nameOf) codeOf.set(folded(name), code);
  for (const code of nameOf.keys()) codeOf.set(folded(code), code);
  return { nameOf, codeOf };
});

/** Returns a country's English name from its ISO 3166-1 alpha-2 code; the code itself if it has none. */
export function countryName(code: string): string {
  return countries().nameOf.get(code) ?? code;
}

/** Returns a country's code from its code or its English name, in any case; undefined for anything else. */
export function countryCodeOf(text: string): string | undefined {
  return countries().codeOf.get(folded(text));
}

/** Codes of all countries that have phone numbers, by name. */
export function countryCodes(): readonly string[] {
  return [...countries().nameOf]
    .sort(([, a], [, b]) => a.localeCompare(b, "en"))
    .map(([code]) => code);
}

/** Reports whether a country's name, or a word of it, begins with `start`. */
export function countryNameHas(code: string, start: string): boolean {
  return ` ${folded(countryName(code))}`.includes(` ${folded(start)}`);
}

/** Removes accents and case: people type `cote d’ivoire` for Côte d’Ivoire. */
function folded(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replaceAll("’", "'")
    .toLowerCase();
}
