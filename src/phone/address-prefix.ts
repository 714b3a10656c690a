/** Prefixes of addresses: Twilio's channels, and links to call or write to. */
const ADDRESS_PREFIXES: readonly string[] = [
  "whatsapp",
  "rcs",
  "messenger",
  "tel",
  "sms",
  "smsto",
];

const PREFIX = new RegExp(`^(?:${ADDRESS_PREFIXES.join("|")}):`, "i");

/** Reports whether a word followed by a colon starts an address. */
export function isAddressPrefix(word: string): boolean {
  return ADDRESS_PREFIXES.includes(word);
}

/** Returns an address as stored: without its channel prefix. */
export function withoutPrefix(address: string): string {
  return address.replace(PREFIX, "");
}
