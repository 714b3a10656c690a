import { createHash } from "node:crypto";
import { ALERT_SEVERITIES } from "../../store/alerts.ts";
import { counted } from "../../words/amounts.ts";
import type { Notice } from "../notice.ts";
import { fit } from "./text.ts";
import { SEVERITY_WORDS, whenWords } from "./wording.ts";

/**
 * What to send when several notices wait, because a channel couldn't be reached or has quiet
 * hours: for people, one message that is true now; for a service that follows alerts by itself,
 * the latest notice of each alert. `notices` are in the order in which they were written.
 */
export function collapsed(
  notices: readonly Notice[],
  followsAlerts: boolean,
): readonly Notice[] {
  if (followsAlerts) return latestOfEach(notices);
  const latest = latestOfEach(
    notices.filter(({ kind }) => kind !== "acknowledged"),
  );
  return latest.length > 1 ? [summaryOf(latest, earliest(notices))] : latest;
}

/** An alert that began and ended meanwhile leaves the notice that it's resolved. */
function latestOfEach(notices: readonly Notice[]): readonly Notice[] {
  const byAlert = new Map<string, Notice>();
  for (const notice of notices) {
    byAlert.delete(notice.alertKey);
    byAlert.set(notice.alertKey, notice);
  }
  return [...byAlert.values()];
}

const LINES_MAX = 20;
const LINKS_MAX = 5;
const LABEL_MAX = 60;

function summaryOf(latest: readonly Notice[], since: number): Notice {
  const open = latest
    .filter(({ kind }) => kind !== "resolved")
    .toSorted((one, other) => rank(one) - rank(other));
  const resolved = latest.filter(({ kind }) => kind === "resolved");
  const all = [...open, ...resolved];
  const [worst = all[0]] = open;
  const more = all.length - LINES_MAX;
  return {
    kind: open.length > 0 ? "firing" : "resolved",
    severity: worst?.severity ?? "info",
    title: summaryTitle(open.length, resolved.length),
    lines: [
      `What happened since ${whenWords(since)}:`,
      ...all.slice(0, LINES_MAX).map(summaryLine),
      ...(more > 0 ? [`And ${counted(more, "alert")} more.`] : []),
    ],
    facts: [],
    links: all
      .slice(0, LINKS_MAX)
      .flatMap(({ title, links: [first] }) =>
        first ? [{ label: fit(title, LABEL_MAX), url: first.url }] : [],
      ),
    at: Math.max(...latest.map(({ at }) => at)),
    alertKey: `summary.${digest(latest)}`,
  };
}

function summaryTitle(open: number, resolved: number): string {
  // Others may be open too, which were told before.
  const openWords = `${counted(open, "alert")} fired and ${open === 1 ? "is" : "are"} open`;
  if (resolved === 0) return openWords;
  const were = resolved === 1 ? "was" : "were";
  return open === 0
    ? `${counted(resolved, "alert")} fired and ${were} resolved`
    : `${openWords}, ${resolved} ${were} resolved`;
}

function summaryLine({
  kind,
  severity,
  title,
  at,
  lines: [first],
}: Notice): string {
  const words = SEVERITY_WORDS[severity].toLowerCase();
  return kind === "resolved"
    ? `Resolved, ${whenWords(at)}: ${title}.${first === undefined ? "" : ` ${firstSentence(first)}`}`
    : `Open, ${words}, ${whenWords(at)}: ${title}.`;
}

/** How long it lasted; what follows is about numbers that a summary doesn't have. */
function firstSentence(line: string): string {
  return /^.*?[.!?](?= |$)/.exec(line)?.[0] ?? line;
}

function rank({ severity }: Notice): number {
  return ALERT_SEVERITIES.indexOf(severity);
}

function earliest(notices: readonly Notice[]): number {
  return Math.min(...notices.map(({ at }) => at));
}

/** The same for the same notices, so that a repeated summary can be recognized. */
function digest(notices: readonly Notice[]): string {
  const hash = createHash("sha256");
  for (const { alertKey, kind, at } of notices)
    hash.update(`${alertKey}\n${kind}\n${at}\n`);
  return hash.digest("hex").slice(0, 32);
}
