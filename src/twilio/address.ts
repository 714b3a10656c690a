import { plainText } from "../phone/pasted-text.ts";
import type { Channel } from "./status.ts";

/** What Twilio puts in front of an address that isn't for SMS. */
const PREFIXES: ReadonlyMap<string, Channel> = new Map([
  ["whatsapp:", "whatsapp"],
  ["rcs:", "rcs"],
  ["messenger:", "messenger"],
]);

/** The prefix that a text begins with, in a group of its own. */
export const ADDRESS_PREFIX = new RegExp(
  `^(${[...PREFIXES.keys()].join("|")})`,
);

/**
 * An address as Twilio posts it, cut in two; the prefix's channel is undefined without one.
 * A number that was pasted with invisible characters or other digits is the number it looks like.
 */
export function splitAddress(text: string): {
  readonly channel: Channel | undefined;
  readonly address: string;
} {
  const [prefix = ""] = ADDRESS_PREFIX.exec(text) ?? [];
  const address = text.slice(prefix.length);
  const plain = plainText(address);
  return {
    channel: PREFIXES.get(prefix),
    address: /^\+?\d+$/.test(plain) ? plain : address,
  };
}
