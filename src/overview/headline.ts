import type { CodeSeen } from "../errors/codes-seen.ts";
import { isMove } from "./change-words.ts";
import { changeOfRate, RATE_SAMPLE_MIN, type Change } from "./change.ts";
import { deliveryRate, ended, lost, type Outcomes } from "./outcomes.ts";
import type { Overview } from "./overview.ts";
import { explainErrorCode } from "../twilio/error-codes/error-codes.ts";
import { counted, countWords, percent } from "../words/amounts.ts";

/** Returns how the delivery rate differs from the previous period's. */
export function rateChange({
  total,
  before,
}: Pick<Overview, "total" | "before">): Change {
  return before === undefined
    ? { kind: "none" }
    : changeOfRate(
        { rate: deliveryRate(total), of: ended(total) },
        { rate: deliveryRate(before), of: ended(before) },
      );
}

/** Percentage points by which the delivery rate must change to be in the headline. */
const NEWS_POINTS = 2;

/** Returns the page's title: whether delivery is healthy, in a few words. `which` is "matching" for a filter's messages. */
export function headline(
  total: Outcomes,
  change: Change,
  which: "" | "matching " = "",
): string {
  const { messages, inFlight, arrived } = total;
  const rate = deliveryRate(total);
  if (messages === 0) return "No messages";
  if (rate === undefined)
    return `${counted(inFlight, `${which}message`)} in flight`;
  const of = ended(total);
  if (of < RATE_SAMPLE_MIN)
    return `${countWords(arrived)} of ${counted(of, `${which}message`)} delivered`;
  if (arrived === of) return `Every ${which}message was delivered`;
  const isNews =
    isMove(change) && change.isChance !== true && change.by >= NEWS_POINTS;
  if (!isNews) return `${percent(rate)} of ${which}messages are delivered`;
  return `Delivery ${which === "" ? "" : "of matching messages "}${change.kind === "less" ? "fell" : "rose"} to ${percent(rate)}`;
}

/**
 * Returns the main reason why messages failed, or that none did; "" if nothing
 * finished. `codes` has the most frequent one first.
 */
export function mainReason(
  total: Outcomes,
  codes: readonly CodeSeen[],
): string {
  const failures = lost(total);
  if (ended(total) === 0) return "";
  if (failures === 0) return "Nothing failed.";
  const [worst] = codes;
  const didNot = `${counted(failures, "message")} failed`;
  const isTold =
    worst !== undefined && lost(worst.outcomes) >= Math.min(2, failures);
  if (!isTold) return `${didNot}.`;
  const { errorCode, outcomes } = worst;
  const title = explainErrorCode(errorCode).title ?? "unknown to this version";
  const ofWorst = lost(outcomes);
  const many =
    ofWorst >= failures ? "all of them" : `${countWords(ofWorst)} of them`;
  return `${didNot}, ${failures === 1 ? "" : `${many} `}because of error ${errorCode}: ${title}.`;
}
