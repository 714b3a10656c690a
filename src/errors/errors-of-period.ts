import { inRange } from "../overview/overview.ts";
import { biggestGroups, type Group } from "../overview/breakdown.ts";
import { outcomesBySpan, type SpanOutcomes } from "../overview/by-span.ts";
import {
  lost,
  sumOfOutcomes,
  totalOf,
  type Outcomes,
} from "../overview/outcomes.ts";
import type { MessageRow, Store } from "../store/store.ts";
import type { ErrorCodeFacts, TopSenders } from "../store/tally.ts";
import type { Period } from "../time/time-range.ts";
import { codesSeen, type CodeSeen } from "./codes-seen.ts";

/** An error code in the list of all codes. */
export type CodeListed = CodeSeen & {
  readonly facts: ErrorCodeFacts | undefined;
  /** First seen in this period, although there are earlier messages. */
  readonly isNew: boolean;
};

/** The error codes of a period. */
export type ErrorsOfPeriod = {
  /** Most messages first, at most the requested number. */
  readonly listed: readonly CodeListed[];
  /** How many codes there are. */
  readonly codes: number;
  /** All messages, with any status. */
  readonly total: Outcomes;
  /** Those with an error code. */
  readonly withCode: Outcomes;
  /** Failed and undelivered messages without an error code. */
  readonly lostWithoutCode: number;
};

export async function readErrors(
  store: Pick<Store, "tally" | "errorCodeFacts" | "firstMessageAt">,
  period: Period,
  limit: number,
): Promise<ErrorsOfPeriod> {
  const { range, spanMs } = period;
  const [rows, firstAt] = await Promise.all([
    store.tally({ range, by: "errorCode", spanMs }),
    store.firstMessageAt(),
  ]);
  const isYoung = firstAt === undefined || firstAt >= range.from;
  const codes = codesSeen(rows, period);
  const shown = codes.slice(0, limit);
  const facts = await store.errorCodeFacts(
    shown.map(({ errorCode }) => errorCode),
    range,
  );
  const factsOf = new Map(facts.map((each) => [each.errorCode, each]));
  const withoutCode = totalOf(rows.filter(({ key }) => key === null));
  const withCode = sumOfOutcomes(codes.map(({ outcomes }) => outcomes));
  return {
    listed: shown.map((code) => {
      const ofCode = factsOf.get(code.errorCode);
      const isNew =
        !isYoung && ofCode !== undefined && ofCode.firstSeenAt >= range.from;
      return { ...code, facts: ofCode, isNew };
    }),
    codes: codes.length,
    total: sumOfOutcomes([withCode, withoutCode]),
    withCode,
    lostWithoutCode: lost(withoutCode),
  };
}

/** One error code over a period: how many messages, when, whose, and which. */
export type CodeHistory = {
  readonly outcomes: Outcomes;
  readonly spans: readonly SpanOutcomes[];
  /** All messages of the period, with and without the code. */
  readonly total: Outcomes;
  /** Undefined if no message ever had the code. */
  readonly facts: ErrorCodeFacts | undefined;
  /** Most messages first. */
  readonly countries: readonly Group[];
  readonly senders: readonly Group[];
  readonly sendersCovered: TopSenders["coverage"];
  readonly services: readonly Group[];
  /** Newest first. */
  readonly latest: readonly MessageRow[];
};

const GROUPS_SHOWN = 6;
const MESSAGES_SHOWN = 10;

export async function readCodeHistory(
  store: Pick<
    Store,
    "tally" | "topSenders" | "errorCodeFacts" | "listMessages"
  >,
  errorCode: number,
  period: Period,
): Promise<CodeHistory> {
  const { range, spanMs } = period;
  const [bySpan, all, facts, countries, senders, services, latest] =
    await Promise.all([
      store.tally({ range, errorCode, spanMs }),
      store.tally({ range }),
      store.errorCodeFacts([errorCode], range),
      store.tally({ range, errorCode, by: "country" }),
      store.topSenders({ range, errorCode, of: "messages" }),
      store.tally({ range, errorCode, by: "service" }),
      store.listMessages(
        [
          { field: "code", values: [errorCode], negated: false },
          ...inRange(range),
        ],
        { size: MESSAGES_SHOWN },
      ),
    ]);
  return {
    outcomes: totalOf(bySpan),
    spans: outcomesBySpan(bySpan, period),
    total: totalOf(all),
    facts: facts[0],
    countries: biggestGroups(countries, GROUPS_SHOWN),
    senders: biggestGroups(senders.rows, GROUPS_SHOWN),
    sendersCovered: senders.coverage,
    services: biggestGroups(services, GROUPS_SHOWN),
    latest: latest.messages,
  };
}
