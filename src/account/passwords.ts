import { randomInt } from "node:crypto";

/** The minimum characters of a new password, and its maximum bytes. */
export const PASSWORD_MIN = 12;
export const PASSWORD_BYTES_MAX = 1_000;

/**
 * 19 MiB and two passes, the first setting that OWASP's Password Storage Cheat Sheet
 * recommends for argon2id: about 30 ms of one core.
 */
const ARGON2ID = {
  algorithm: "argon2id",
  memoryCost: 19_456,
  timeCost: 2,
} as const;

/** The hash of a password that nobody has: compared with if there's no such user, so that it takes as long. */
export const NOBODYS_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$itrAa8EhqAI9sBK0HXpVk/+t7XBLVTfpAcmw7mHX5Do$JBesOdV7TqiNSYjzjDFB5EKapsb4JOujJmkQXoBmhls";

/**
 * Returns the hash to store for a password. Both normal forms of a text are the same
 * password. Blocks the thread for about 30 ms: the server calls it in its own thread.
 */
export function hashOf(password: string): string {
  return Bun.password.hashSync(password.normalize("NFC"), ARGON2ID);
}

/** Takes as long as `hashOf`. */
export function isPassword(password: string, hash: string): boolean {
  return Bun.password.verifySync(password.normalize("NFC"), hash);
}

/** Reports whether a text can be a password at all. */
export function canBePassword(text: string): boolean {
  return text !== "" && Buffer.byteLength(text) <= PASSWORD_BYTES_MAX;
}

/** Returns what is wrong with a new password, as a sentence; undefined if it's acceptable. */
export function passwordMistake(
  password: string,
  name: string,
): string | undefined {
  if (Array.from(password.normalize("NFC")).length < PASSWORD_MIN)
    return `A password must have at least ${PASSWORD_MIN} characters. A few unrelated words are easy to remember.`;
  if (!canBePassword(password))
    return `A password can have at most ${PASSWORD_BYTES_MAX} bytes.`;
  const folded = password.toLowerCase();
  if (new Set(folded).size < 5 || folded.includes(name.toLowerCase().padEnd(4)))
    return "This password is easy to guess. Choose one that doesn’t repeat a few characters and doesn’t contain your name.";
  return undefined;
}

/** Without look-alike characters. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** Returns a one-time password such as `k7pq-3mzt-x9ra-hw2c`: 79 random bits. */
export function generatedPassword(): string {
  const group = (): string =>
    Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join(
      "",
    );
  return Array.from({ length: 4 }, group).join("-");
}
