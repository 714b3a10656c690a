import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A form token is for one session. */
const FORM = "form";
/** The key of a guess limit, so that nothing that was typed is stored. */
const LIMIT = "limit";
/** The link in a digest that unsubscribes. */
const UNSUBSCRIBE = "unsubscribe";
/** Shows that a browser was signed in as a user before. */
const DEVICE = "device";

/** Values derived from the database's secret key; none can be forged without it. */
export class SecretKeys {
  readonly #key: Buffer;

  /** Takes the key in hex digits. */
  constructor(key: string) {
    this.#key = Buffer.from(key, "hex");
  }

  /** `whose` names a session, or a user whom a proxy signs in. */
  formToken(whose: string): string {
    return this.#mac(FORM, whose);
  }

  limitKey(whose: string): string {
    return this.#mac(LIMIT, whose);
  }

  /** What a browser stores to show that a user signed in there: `<user ID>.<proof>`. */
  deviceMark(userId: number): string {
    return `${userId}.${this.#mac(DEVICE, String(userId))}`;
  }

  isDeviceMark(mark: string | undefined, userId: number): boolean {
    return mark !== undefined && isSameText(mark, this.deviceMark(userId));
  }

  /** Proves that a digest to this address has the link. */
  unsubscribeProof(userId: number, address: string): string {
    return this.#mac(UNSUBSCRIBE, `${userId} ${address}`);
  }

  #mac(use: string, text: string): string {
    return createHmac("sha256", this.#key)
      .update(`${use}\0${text}`)
      .digest("base64url");
  }
}

/** Returns the SHA-256 in hex digits: how tokens and codes of 256 random bits are stored. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Compares in constant time, which doesn't reveal where two texts differ. */
export function isSameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
