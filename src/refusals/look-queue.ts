import type { Refused } from "../receiver/refusal-answer.ts";
import { PerSecond } from "./per-second.ts";
import { captured, type Captured } from "./refusal-look.ts";
import { Situations } from "./situations.ts";

/** Refusals that are looked at in a second, and how many of those may be strangers'. */
const LOOKS_PER_SECOND = 20;
const STRANGERS_LOOKS_PER_SECOND = 10;
/** The same for those whose signature is looked at, which costs some milliseconds. */
const DIAGNOSES_PER_SECOND = 5;
const STRANGERS_DIAGNOSES_PER_SECOND = 2;
/** Refusals whose second has come, at most: more only while the disk is away. */
const DUE_MAX = 40;
/** Firsts of their situation that wait for a second with room, and strangers' among them. */
const FIRSTS_MAX = 100;
const STRANGERS_FIRSTS_MAX = 40;

export type ToLookAt = Pick<Captured, "at" | "signature" | "situation"> & {
  readonly isStranger: boolean;
};

/**
 * Refusals that wait to be looked at: so many of each second, and the first of each
 * situation, which waits for a later second when there is no room in its own. Others
 * then wait for those, so that a flood of equal ones hides none of another kind. What
 * is held is bounded, and what is done in a second, too.
 */
export class LookQueue {
  readonly situations = new Situations();
  readonly #looks = new PerSecond(LOOKS_PER_SECOND, STRANGERS_LOOKS_PER_SECOND);
  readonly #diagnoses = new PerSecond(
    DIAGNOSES_PER_SECOND,
    STRANGERS_DIAGNOSES_PER_SECOND,
  );
  readonly #due: Captured[] = [];
  /** Oldest first. */
  readonly #firsts: Captured[] = [];
  readonly #strangersFirsts: Captured[] = [];

  /** How many wait. */
  get size(): number {
    return this.#due.length + this.firsts;
  }

  /** How many of them wait for a second with room. */
  get firsts(): number {
    return this.#firsts.length + this.#strangersFirsts.length;
  }

  /** Takes what there is room for; false when it will not be looked at. */
  add(refused: Refused, about: ToLookAt): boolean {
    const { isStranger, at, signature, situation } = about;
    const firsts = isStranger ? this.#strangersFirsts : this.#firsts;
    const hasRoom =
      firsts.length === 0 &&
      this.#due.length < DUE_MAX &&
      this.#take(isStranger, signature !== undefined, at);
    const maySoon =
      this.firsts < FIRSTS_MAX &&
      (!isStranger || firsts.length < STRANGERS_FIRSTS_MAX) &&
      this.situations.isNew(situation, at);
    if (!hasRoom && !maySoon) return false;
    (hasRoom ? this.#due : firsts).push(
      captured(refused, { at, signature, situation }),
    );
    this.situations.begin(situation, at);
    return true;
  }

  /** Lets those go on that this second has room for; `now` in milliseconds. */
  advance(now: number): void {
    this.#advance(this.#firsts, false, now);
    this.#advance(this.#strangersFirsts, true, now);
  }

  /** The next whose second has come. */
  shift(): Captured | undefined {
    return this.#due.shift();
  }

  /** Lets go of all that wait for a second with room. Gives how many they were. */
  dropFirsts(): number {
    const dropped = this.firsts;
    this.#firsts.length = 0;
    this.#strangersFirsts.length = 0;
    return dropped;
  }

  #advance(firsts: Captured[], isStranger: boolean, now: number): void {
    const waiting = firsts.splice(0);
    for (const each of waiting) {
      const isTaken = this.#take(isStranger, each.signature !== undefined, now);
      (isTaken ? this.#due : firsts).push(each);
    }
  }

  #take(isStranger: boolean, hasSignature: boolean, now: number): boolean {
    const areStrangersWaiting = this.#strangersFirsts.length > 0;
    const how = { areStrangersWaiting };
    return (
      (!hasSignature || this.#diagnoses.take(isStranger, now, how)) &&
      this.#looks.take(isStranger, now, how)
    );
  }
}
