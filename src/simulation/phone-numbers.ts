import type { Channel } from "../twilio/status.ts";
import { pick, pickWeighted, type Random } from "./random.ts";

type Country = {
  readonly weight: number;
  readonly country: string;
  /** Prefixes of recipients' numbers; random digits complete them. */
  readonly prefixes: readonly string[];
  readonly digits: number;
  /** The sender of an SMS, as its recipients see it. */
  readonly senders: readonly string[];
};

/** Numbers that Australia's regulator reserves for fiction, after +61 491. */
const AUSTRALIAN_FICTION =
  "570006 570156 570157 570158 570159 570110 570313 570737 571266 571491 571804 572549 572665 572983 573770 573087 574118 574632";

/**
 * Where recipients are. Their numbers are those that regulators reserve for fiction
 * (555-01xx, 020 7946 0xxx, 06 39 98 xx xx, and the like), or runs of zeros if a
 * country reserves none; all have the format of a valid number of that country.
 */
const COUNTRIES: readonly Country[] = [
  {
    weight: 46,
    country: "US",
    prefixes: ["+1202555", "+1212555", "+1312555", "+1415555", "+1617555"].map(
      (area) => `${area}01`,
    ),
    digits: 2,
    senders: ["+12025550143", "+12025550143", "+18885550143", "72727"],
  },
  {
    weight: 13,
    country: "GB",
    prefixes: ["+4420794600", "+4416149600"],
    digits: 2,
    senders: ["ACME", "+442079460990"],
  },
  {
    weight: 11,
    country: "DE",
    prefixes: ["+4917139200", "+4917604069"],
    digits: 2,
    senders: ["ACME"],
  },
  {
    weight: 7,
    country: "FR",
    prefixes: ["+336399800"],
    digits: 2,
    senders: ["ACME", "36105"],
  },
  {
    weight: 7,
    country: "BR",
    prefixes: ["+55119000000"],
    digits: 2,
    senders: ["28999"],
  },
  {
    weight: 6,
    country: "IN",
    prefixes: ["+9170000000"],
    digits: 2,
    senders: ["ACMEIN"],
  },
  {
    weight: 3,
    country: "AU",
    prefixes: AUSTRALIAN_FICTION.split(" ").map((end) => `+61491${end}`),
    digits: 0,
    senders: ["+61491570006"],
  },
  {
    weight: 3,
    country: "MX",
    prefixes: ["+5255500000"],
    digits: 2,
    senders: ["+12025550143"],
  },
  {
    weight: 3,
    country: "CA",
    prefixes: ["+161355501"],
    digits: 2,
    senders: ["+16135550100"],
  },
  {
    weight: 1,
    country: "SE",
    prefixes: ["+467017406"],
    digits: 2,
    senders: ["ACME"],
  },
];

/** The business on the channels where it has one address for everyone. */
const SENDERS = {
  whatsapp: "+12025550188",
  rcs: "acme_agent",
  messenger: "108217531064",
};

export type Addresses = {
  readonly to: string;
  /** On SMS a phone number, a short code or a name. */
  readonly from: Readonly<Record<Channel, string>>;
  /** The recipient's, ISO 3166-1 alpha-2. */
  readonly country: string;
};

/** A recipient and who writes to them. */
export function pickAddresses(random: Random): Addresses {
  const { country, prefixes, digits, senders } = pickWeighted(
    random,
    COUNTRIES,
  );
  const rest = Math.floor(random() * 10 ** digits);
  return {
    to:
      pick(random, prefixes) +
      (digits > 0 ? String(rest).padStart(digits, "0") : ""),
    from: { sms: pick(random, senders), ...SENDERS },
    country,
  };
}

/** Returns a number from 0 up to, but not including, 1 that is always the same for a recipient. */
export function fateOf(to: string): number {
  let hash = 2_166_136_261;
  for (const digit of to)
    hash = Math.imul(hash ^ digit.charCodeAt(0), 16_777_619);
  hash ^= hash >>> 15;
  return (Math.imul(hash, 2_246_822_507) >>> 0) / 2 ** 32;
}
