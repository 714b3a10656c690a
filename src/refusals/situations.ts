import { isWithin } from "../time/clock.ts";
import { REFUSALS_COUNTED_MS } from "../store/refusals.ts";
import { SIGNATURE_SETTINGS_HEADER } from "../twilio/shared-keys.ts";
import type { Refused } from "../receiver/refusal-answer.ts";

/** Situations that are remembered; of more the oldest is forgotten, and looked at anew. */
const SITUATIONS_MAX = 1_000;
/** Characters that tell one from another, in each part of it. */
const CHARS_MAX = 200;

type Known = {
  /** When its first refusal was taken to be looked at, milliseconds since 1970. */
  readonly since: number;
  /** What the last look found; false before one. */
  readonly isMendable: boolean;
  /** Refusals since that look that may yet turn out to be for the team to mend. */
  readonly unjudged: number;
};

/** What one fault of the settings or of a proxy leaves the same: the path, host, scheme, account, shared key and check. */
export function situationOf({
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
    .map((part) => part.slice(0, CHARS_MAX))
    .join("\n");
}

/** What is known of the situations that refusals came in, for as long as equal ones are counted together. */
export class Situations {
  readonly #known = new Map<string, Known>();

  isNew(situation: string, now: number): boolean {
    const known = this.#known.get(situation);
    return (
      known === undefined || !isWithin(REFUSALS_COUNTED_MS, known.since, now)
    );
  }

  /** One of its refusals will be looked at. */
  begin(situation: string, now: number): void {
    if (!this.isNew(situation, now)) return;
    this.#known.delete(situation);
    this.#known.set(situation, { since: now, isMendable: false, unjudged: 0 });
    const [oldest] = this.#known.keys();
    if (this.#known.size > SITUATIONS_MAX && oldest !== undefined)
      this.#known.delete(oldest);
  }

  /** Whether the last look found something for the team to mend. */
  isMendable(situation: string): boolean {
    return this.#known.get(situation)?.isMendable ?? false;
  }

  /** Another of its refusals came, and only a look can tell whether it counts. */
  addUnjudged(situation: string): void {
    const known = this.#known.get(situation);
    if (known === undefined) return;
    this.#known.set(situation, { ...known, unjudged: known.unjudged + 1 });
  }

  /** A look has told. Gives how many refusals waited for that. */
  judge(situation: string, isMendable: boolean): number {
    const known = this.#known.get(situation);
    if (known === undefined) return 0;
    this.#known.set(situation, { ...known, isMendable, unjudged: 0 });
    return known.unjudged;
  }
}
