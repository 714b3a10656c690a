import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A form token is for one session. */
const FORM = "form";
/** The key of a limit on guesses, so that nothing of what was typed is kept. */
const LIMIT = "limit";
/** Says that a browser was signed in as a user before. */
const DEVICE = "device";

/** What is derived from the database's secret key: none of it can be made without that key. */
export class SecretKeys {
  readonly #key: Buffer;

  /** From the key in hex digits. */
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

  /** What a browser keeps to show that a user signed in there: `<user id>.<proof>`. */
  deviceMark(userId: number): string {
    return `${userId}.${this.#mac(DEVICE, String(userId))}`;
  }

  isDeviceMark(mark: string | undefined, userId: number): boolean {
    return mark !== undefined && isSameText(mark, this.deviceMark(userId));
  }

  #mac(use: string, text: string): string {
    return createHmac("sha256", this.#key)
      .update(`${use}\0${text}`)
      .digest("base64url");
  }
}

/** SHA-256 in hex digits: how tokens and codes of 256 random bits are kept. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Compares in a time that does not tell where two texts differ. */
export function isSameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
