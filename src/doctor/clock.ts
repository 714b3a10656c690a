import { duration } from "../words/amounts.ts";
import type { UpkeepState } from "../store/upkeep.ts";
import { call } from "./calls.ts";
import { fine, note, wrong, type Finding } from "../words/finding.ts";

/** A server whose clock is right. Only its time is requested. */
const CLOCK_URL = "https://api.twilio.com/";
/** A response's time is in whole seconds, and it took a while to arrive. */
const NOTED_FROM_MS = 5_000;
const WRONG_FROM_MS = 60_000;

/** Checks whether this machine's clock is right: every time on the pages comes from it. */
export async function clockFinding(now: () => number): Promise<Finding> {
  const asked = now();
  const answer = await call(CLOCK_URL, { method: "HEAD" });
  const date = typeof answer === "string" ? null : answer.headers.get("date");
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) {
    return note(
      "The clock wasn't checked: api.twilio.com can't be reached from here.",
      "If this machine gets its time from NTP (timedatectl says so), there's nothing to do.",
    );
  }
  return clockVerdict((asked + now()) / 2 - theirs);
}

/** Checks whether retention is paused because the clock may be wrong. */
export function pauseFindings(upkeep: UpkeepState | undefined): Finding[] {
  const pause = upkeep?.retentionPause;
  if (pause === undefined) return [];
  return [
    note(
      `Retention is paused. ${pause.reason}`,
      "If the clock is right and you don't want to wait, run smsledger prune --trust-clock.",
    ),
  ];
}

/** Returns how many milliseconds this clock is ahead. */
export function clockVerdict(aheadMs: number): Finding {
  const off = Math.abs(aheadMs);
  if (off < NOTED_FROM_MS) return fine("The clock is right.");
  const text = `The clock is ${duration(off)} ${aheadMs > 0 ? "fast" : "slow"}, so times in pages and exports are off by that much.`;
  const advice = "Set it by NTP: timedatectl set-ntp true";
  return off < WRONG_FROM_MS ? note(text, advice) : wrong(text, advice);
}
