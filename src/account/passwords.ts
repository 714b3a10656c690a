import { randomInt } from "node:crypto";

/** Characters of a new password at least, and its bytes at most. */
export const PASSWORD_MIN = 12;
export const PASSWORD_BYTES_MAX = 1_000;

/**
 * 19 MiB and two passes, the first of the settings that OWASP's Password Storage Cheat
 * Sheet recommends for argon2id: some 30 ms of one core.
 */
const ARGON2ID = {
  algorithm: "argon2id",
  memoryCost: 19_456,
  timeCost: 2,
} as const;

/** The hash of a password that nobody has: compared with where there is no user, so that it takes as long. */
export const NOBODYS_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$itrAa8EhqAI9sBK0HXpVk/+t7XBLVTfpAcmw7mHX5Do$JBesOdV7TqiNSYjzjDFB5EKapsb4JOujJmkQXoBmhls";

/** Hashes that are computed at a time: each takes a core and 19 MiB. */
const RUNNING_MAX = 1;
/** Those that wait at most: the last one waits about a second. */
const WAITING_MAX = 30;

/** So many passwords are being checked that one more must wait. */
export class TooManyAtOnce extends Error {
  override readonly name = "TooManyAtOnce";
}

/**
 * Computes hashes, a few at a time however many ask, on threads of Bun's own: callbacks
 * and pages need the cores too.
 */
export class PasswordHashing {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  hash(password: string): Promise<string> {
    return this.inTurn(() => hashOf(password));
  }

  /** Throws TooManyAtOnce when as many wait as may: before anything is looked up for one more. */
  requireRoom(): void {
    if (this.#waiting.length >= WAITING_MAX) throw new TooManyAtOnce();
  }

  /**
   * Does `work`, which computes one hash, when it is its turn. Rejects with
   * TooManyAtOnce when as many wait as may.
   */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= RUNNING_MAX) {
      this.requireRoom();
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    } else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

/** The hash to keep of a password. Both normal forms of a text are the same password. */
export function hashOf(password: string): Promise<string> {
  return Bun.password.hash(password.normalize("NFC"), ARGON2ID);
}

export function isPassword(password: string, hash: string): Promise<boolean> {
  return Bun.password.verify(password.normalize("NFC"), hash);
}

/** Whether a text can be somebody's password at all. */
export function canBePassword(text: string): boolean {
  return text !== "" && Buffer.byteLength(text) <= PASSWORD_BYTES_MAX;
}

/** What is wrong with a new password, as a sentence; undefined for one that may be taken. */
export function passwordMistake(
  password: string,
  name: string,
): string | undefined {
  if ([...password.normalize("NFC")].length < PASSWORD_MIN)
    return `A password has ${PASSWORD_MIN} characters or more. A few words that do not belong together are easy to keep in mind.`;
  if (!canBePassword(password))
    return `A password has at most ${PASSWORD_BYTES_MAX} bytes.`;
  const folded = password.toLowerCase();
  if (new Set(folded).size < 5 || folded.includes(name.toLowerCase().padEnd(4)))
    return "This password is easy to guess. Take one that does not repeat a few characters and does not hold your name.";
  return undefined;
}

/** Without those that look alike. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** A password to hand over, e.g. `k7pq-3mzt-x9ra-hw2c`: 79 random bits. */
export function generatedPassword(): string {
  const group = (): string =>
    Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join(
      "",
    );
  return Array.from({ length: 4 }, group).join("-");
}
