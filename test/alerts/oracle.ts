import { countryOf } from "../../src/phone/country.ts";
import type { AlertRule, RuleSettings } from "../../src/store/alerts.ts";
import type { StoredEvent } from "../../src/store/core/stored-event.ts";
import { isFailure, statusOfRank } from "../../src/twilio/status.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type Message = {
  readonly at: number;
  readonly from: string;
  readonly country: string;
  rank: number;
  code: number | null;
};

/**
 * Knows when each rule's condition is met, from nothing but the events: by going through all
 * messages of the time that a rule looks at, every minute. It shares no code with the rules.
 */
export class Oracle {
  readonly #messages = new Map<string, Message>();
  /** In the order in which they were first seen. */
  readonly #order: Message[] = [];
  readonly #byCode = new Map<number, Message[]>();
  #lastAt = 0;
  /** How many minutes in a row each condition was met. */
  readonly #met = new Map<string, number>();
  readonly #due = new Map<string, number[]>();

  record(events: readonly StoredEvent[]): void {
    for (const event of events) {
      this.#lastAt = Math.max(this.#lastAt, event.receivedAt);
      const known = this.#messages.get(event.messageSid);
      const message = known ?? {
        at: event.receivedAt,
        from: event.from ?? "",
        country: countryOf(event.to ?? "") ?? "",
        rank: 0,
        code: null,
      };
      message.rank = Math.max(message.rank, event.status);
      if (message.code === null && event.errorCode !== null) {
        message.code = event.errorCode;
        const ofCode = this.#byCode.get(message.code) ?? [];
        ofCode.push(message);
        this.#byCode.set(message.code, ofCode);
      }
      if (known !== undefined) continue;
      this.#messages.set(event.messageSid, message);
      this.#order.push(message);
    }
  }

  /** Checks the conditions of these rules at the end of a minute. */
  check(rules: readonly AlertRule[], at: number): void {
    const met = new Set<string>();
    for (const { kind, settings } of rules) {
      if (kind === "failure-rate") this.#failureRate(settings, at, met);
      if (kind === "new-code") this.#newCode(settings, at, met);
      if (kind === "stuck") this.#stuck(settings, at, met);
      if (kind === "silence" && at - this.#lastAt > minutes(settings))
        met.add("silence ");
    }
    for (const key of this.#met.keys())
      if (!met.has(key)) this.#met.delete(key);
    for (const key of met) {
      const times = (this.#met.get(key) ?? -1) + 1;
      this.#met.set(key, times);
      const sustained = key.startsWith("failure-rate") ? SUSTAINED_MINUTES : 0;
      if (times !== sustained) continue;
      this.#due.set(key, [...(this.#due.get(key) ?? []), at]);
    }
  }

  /** When a condition was last met for long enough, up to a time. */
  dueBefore(key: string, at: number): number | undefined {
    return this.#due.get(key)?.findLast((each) => each <= at);
  }

  #between(from: number, to: number): Message[] {
    // Events of a minute are in no strict order with those of the next.
    let first = this.#order.length;
    while (first > 0 && (this.#order[first - 1]?.at ?? 0) >= from - HOUR_MS)
      first--;
    return this.#order.slice(first).filter(({ at }) => at >= from && at < to);
  }

  #failureRate(settings: RuleSettings, at: number, met: Set<string>): void {
    const keyOf = (message: Message): string =>
      settings["each"] === "sender"
        ? message.from
        : settings["each"] === "country"
          ? message.country
          : "";
    const of = Map.groupBy(
      this.#between(at - minutes(settings), at).filter(({ rank }) => rank > 1),
      keyOf,
    );
    for (const [key, finished] of of) {
      const failed = finished.filter(({ rank }) =>
        isFailure(statusOfRank(rank)),
      );
      const share = (failed.length / finished.length) * 100;
      if (
        finished.length >= Number(settings["messagesMin"]) &&
        share >= Number(settings["percent"])
      )
        met.add(`failure-rate ${settings["each"]}:${key}`);
    }
  }

  #newCode(settings: RuleSettings, at: number, met: Set<string>): void {
    for (const [code, messages] of this.#byCode) {
      let recent = 0;
      let before = 0;
      for (let index = messages.length - 1; index >= 0; index--) {
        const message = messages[index];
        if (message === undefined || message.at >= at) continue;
        if (message.at >= at - 24 * HOUR_MS) recent++;
        else if (message.at >= at - 31 * 24 * HOUR_MS) before++;
        // Messages get their codes in another order than that of their beginning.
        if (before > 0 || message.at < at - 32 * 24 * HOUR_MS) break;
      }
      if (recent >= Number(settings["messagesMin"]) && before === 0)
        met.add(`new-code code:${code}`);
    }
  }

  #stuck(settings: RuleSettings, at: number, met: Set<string>): void {
    const until = at - Number(settings["hours"]) * HOUR_MS;
    const old = this.#between(until - HOUR_MS, until);
    const inFlight = old.filter(({ rank }) => rank === 1).length;
    if (
      inFlight >= Number(settings["messagesMin"]) &&
      (inFlight / old.length) * 100 >= Number(settings["percent"])
    )
      met.add("stuck ");
  }
}

/** That of all rules about failures at first. */
const SUSTAINED_MINUTES = 3;

function minutes(settings: RuleSettings): number {
  return Number(settings["minutes"]) * MINUTE_MS;
}
