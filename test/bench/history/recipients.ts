import type { Random } from "../../../src/simulation/random.ts";
import { chooser, zipf } from "./chooser.ts";

export type Recipient = {
  readonly number: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
};

/**
 * Countries, the busiest first: how their mobile numbers begin, and how many digits follow.
 * All such numbers are valid and may belong to someone, but nothing is sent.
 */
const COUNTRIES = `
US 6 +12025 +12125 +13125 +14155 +16175|GB 7 +44771 +44778|DE 8 +49151 +49160|FR 8 +336|BR 8 +55119|IN 8 +9198
AU 7 +6141|MX 8 +5255|CA 6 +14165 +16045|SE 7 +4673|ES 8 +346|IT 7 +39347|NL 8 +316|PL 7 +4860|BE 7 +3247
CH 7 +4179|AT 7 +43664|PT 7 +35191|IE 7 +35387|DK 6 +4520|NO 6 +4740|FI 7 +35840|CZ 7 +42060|RO 7 +4072
GR 8 +3069|TR 8 +9053|ZA 7 +2782|NG 7 +234803|KE 7 +25472|EG 8 +2010|IL 7 +97252|AE 7 +97150|SA 7 +96650
SG 7 +659|MY 7 +6012|PH 7 +63917|ID 7 +62812|TH 8 +668|VN 7 +8490|JP 8 +8190|KR 8 +8210|HK 7 +8529
NZ 7 +6421|AR 8 +54911|CL 8 +569|CO 7 +57300|PE 8 +519|LU 6 +352621|IS 5 +35466|MT 6 +35699|FO 4 +29821`
  .trim()
  .split(/[|\n]/)
  .map((line) => {
    const [country = "", digits, ...prefixes] = line.split(" ");
    return { country, digits: Number(digits), prefixes };
  });

/** How much rarer each country is than the one before it. */
const COUNTRY_EXPONENT = 1.5;
/**
 * Odd and not a multiple of five, so that consecutive numbers are far apart and all
 * different.
 */
const STRIDE = 7_368_787;

/**
 * Returns `count` recipients. Picks follow a long tail: one percent of them get ten percent
 * of the messages, and nearly everyone gets some.
 */
export function createRecipients(count: number): {
  readonly at: (index: number) => Recipient;
  readonly pick: (random: Random) => Recipient;
} {
  const country = chooser(zipf(COUNTRIES, COUNTRY_EXPONENT));
  const at = (index: number): Recipient => {
    const { value } = country(() => scattered(index));
    const prefix = value.prefixes[index % value.prefixes.length] ?? "";
    const rest = (index * STRIDE) % 10 ** value.digits;
    return {
      number: prefix + String(rest).padStart(value.digits, "0"),
      country: value.country,
    };
  };
  return { at, pick: (random) => at(Math.floor(random() ** 2 * count)) };
}

/**
 * Returns a number from 0 up to 1, exclusive: always the same for an index, and unlike that
 * of the next.
 */
function scattered(index: number): number {
  let hash = Math.imul(index ^ (index >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Forty senders: phone numbers, short codes and names. The first half writes to the US and Canada. */
const SENDERS = [
  ...Array.from({ length: 14 }, (_, n) => `+1888555${String(100 + n * 7)}0`),
  "72727",
  "83773",
  "24273",
  "46467",
  "50409",
  "89203",
  ..."ACME ACMEIN ACMEPAY AcmeShop AcmeCare ACME-2FA ACMEBANK AcmeNews".split(
    " ",
  ),
  ...Array.from({ length: 6 }, (_, n) => `+4479460${String(n * 137 + 10_000)}`),
  "36105",
  "28999",
  "60606",
];
const HALF = 20;
const WHATSAPP_SENDERS = ["+12025550188", "+442079460188", "+4915123456789"];

/** Returns the sender that a recipient sees. */
export function createSenders(): {
  readonly sms: (random: Random, country: string) => string;
  readonly whatsapp: (random: Random) => string;
} {
  const american = chooser(zipf(SENDERS.slice(0, HALF), 1));
  const others = chooser(zipf(SENDERS.slice(HALF), 1));
  const whatsapp = chooser(zipf(WHATSAPP_SENDERS, 1));
  return {
    sms: (random, country) =>
      (country === "US" || country === "CA" ? american : others)(random).value,
    whatsapp: (random) => whatsapp(random).value,
  };
}
