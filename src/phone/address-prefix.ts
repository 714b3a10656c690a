/** What addresses begin with elsewhere: Twilio's channels, and links to call or write to. */
const ADDRESS_PREFIXES: readonly string[] = [
  "whatsapp",
  "rcs",
  "messenger",
  "tel",
  "sms",
  "smsto",
];

const PREFIX = new RegExp(`^(?:${ADDRESS_PREFIXES.join("|")}):`, "i");

/** Whether a word with a colon after it begins an address. */
export function isAddressPrefix(word: string): boolean {
  return ADDRESS_PREFIXES.includes(word);
}

/** An address as it is stored: without the prefix that says its channel. */
export function withoutPrefix(address: string): string {
  return address.replace(PREFIX, "");
}
