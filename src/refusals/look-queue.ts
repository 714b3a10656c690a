import type { Refused } from "../receiver/refusal-answer.ts";
import { SIGNATURE_SETTINGS_HEADER } from "../twilio/shared-keys.ts";
import { captured, type Captured } from "./refusal-look.ts";

/** Refusals examined together, and how many of them may be strangers' while the team's own wait. */
const BATCH_SIZE = 5;
const STRANGERS_IN_BATCH = 2;
/** Situations that can wait, for strangers and for others, and refusals kept for each of them. */
const SITUATIONS_MAX = 20;
const KEPT_MAX = 5;
/** Characters of each part that tell one situation from another. */
const PART_CHARS_MAX = 200;

/** A refusal to examine. */
export type Look = {
  readonly captive: Captured;
  /** Further refusals in the same situation that weren't kept: this one's verdict is theirs too. */
  readonly counted: number;
};

type Waiting = { readonly kept: Captured[]; counted: number };

/**
 * Refusals waiting to be examined. Each situation keeps its first few and counts the rest,
 * and situations take turns, so that a flood of equal refusals hides none of another kind.
 */
export class LookQueue {
  readonly #own = new Map<string, Waiting>();
  readonly #strangers = new Map<string, Waiting>();

  get isEmpty(): boolean {
    return this.#own.size + this.#strangers.size === 0;
  }

  /** Adds a refusal. Returns false if too many situations are waiting. */
  add(
    refused: Refused,
    about: Pick<Captured, "at" | "signature"> & {
      readonly isStranger: boolean;
    },
  ): boolean {
    const { isStranger, at, signature } = about;
    const situations = isStranger ? this.#strangers : this.#own;
    const situation = situationOf(refused);
    const waiting = situations.get(situation) ?? { kept: [], counted: 0 };
    if (waiting.kept.length === 0) {
      if (situations.size >= SITUATIONS_MAX) return false;
      situations.set(situation, waiting);
    }
    if (waiting.kept.length >= KEPT_MAX) waiting.counted++;
    else waiting.kept.push(captured(refused, { at, signature }));
    return true;
  }

  /** Removes and returns the next refusals to examine. */
  takeBatch(): Look[] {
    const looks: Look[] = [];
    for (let strangers = 0; looks.length < BATCH_SIZE;) {
      const isStrangersTurn =
        this.#own.size === 0 || strangers < STRANGERS_IN_BATCH;
      const look =
        (isStrangersTurn && takeFirst(this.#strangers)) || takeFirst(this.#own);
      if (look === undefined) break;
      if (isStrangersTurn) strangers++;
      looks.push(look);
    }
    return looks;
  }

  /** Drops everything. Returns how many refusals that were. */
  clear(): number {
    let dropped = 0;
    for (const situations of [this.#own, this.#strangers]) {
      for (const { kept, counted } of situations.values())
        dropped += kept.length + counted;
      situations.clear();
    }
    return dropped;
  }
}

/** Takes the first refusal of the situation whose turn it is, which then goes to the end. */
function takeFirst(situations: Map<string, Waiting>): Look | undefined {
  for (const [situation, waiting] of situations) {
    situations.delete(situation);
    const captive = waiting.kept.shift();
    if (captive === undefined) continue;
    if (waiting.kept.length === 0) return { captive, counted: waiting.counted };
    situations.set(situation, waiting);
    return { captive, counted: 0 };
  }
  return undefined;
}

/** What one wrong setting or one proxy leaves the same: path, host, scheme, account, shared key and check. */
function situationOf({
  channel,
  refusal: { check },
  request: { url, headers },
  posted,
}: Refused): string {
  const accountSid = posted?.params.find(([name]) => name === "AccountSid");
  const [hostAndPath = ""] = url.split("?", 1);
  return [
    channel,
    check,
    headers.get("x-forwarded-proto") ?? "",
    headers.get("x-forwarded-host") ?? "",
    headers.get(SIGNATURE_SETTINGS_HEADER) ?? "",
    accountSid?.[1] ?? "",
    hostAndPath,
  ]
    .map((part) => part.slice(0, PART_CHARS_MAX))
    .join("\n");
}
