import { subjectNames } from "../../src/alerts/alert-story.ts";
import { previewRule } from "../../src/alerts/preview.ts";
import type { RuleKind } from "../../src/store/alerts.ts";
import { historyByMinute } from "../bench/history/history.ts";
import type { Incident } from "./incidents.ts";
import { Oracle } from "./oracle.ts";
import { openReplayed } from "./replayed-ledger.ts";

const MINUTE_MS = 60_000;
/** Minutes that are recorded together while nobody evaluates. */
const UNWATCHED_BATCH = 10;

export type Replay = {
  readonly days: number;
  readonly messages: number;
  readonly seed: number;
  readonly until: number;
  /** From when on the rules are evaluated; before, there's only history. */
  readonly watchedFrom: number;
  readonly incidents: readonly Incident[];
  readonly onDay?: (at: number, perEvaluationMs: number) => void;
};

export type Fired = {
  readonly kind: RuleKind;
  readonly name: string;
  /** With a sender's address instead of its id. */
  readonly key: string;
  readonly firedAt: number;
  readonly resolvedAt: number | null;
  /** When its condition was last met for long enough before, by the events alone. */
  readonly dueAt: number | undefined;
};

export type Replayed = {
  /** Oldest first. */
  readonly fired: readonly Fired[];
  /** The kinds of rules that a preview says would have fired, in order; only of rules for all messages. */
  readonly previewed: readonly RuleKind[];
};

/** Replays a history with incidents, and returns every alert that fired. */
export async function replay(given: Replay): Promise<Replayed> {
  const { days, messages, seed, until, watchedFrom, incidents } = given;
  await using ledger = await openReplayed();
  const { alerts } = ledger.store;
  const rules = await alerts.rules();
  const oracle = new Oracle();
  let at = until - days * 24 * 60 * MINUTE_MS;
  let batch: Parameters<typeof ledger.record>[0] = [];
  let evaluations = 0;
  let evaluatingMs = 0;
  for (const minute of historyByMinute({ messages, days, seed, until })) {
    at += MINUTE_MS;
    const events = minute.flatMap((event) => changed(event, incidents));
    oracle.record(events);
    if (at < watchedFrom) {
      batch = [...batch, ...events];
      if ((at / MINUTE_MS) % UNWATCHED_BATCH !== 0) continue;
      ledger.record(batch);
      batch = [];
      continue;
    }
    ledger.record([...batch, ...events]);
    batch = [];
    oracle.check(rules, at);
    const begun = performance.now();
    await ledger.evaluate(at + 2_000);
    evaluatingMs += performance.now() - begun;
    if (++evaluations % 1_440 === 0)
      given.onDay?.(at, evaluatingMs / evaluations);
  }
  const all = await alerts.list({ size: 1_000 });
  const names = await subjectNames(
    ledger.store,
    all.map(({ key }) => key),
  );
  const fired = all
    .flatMap(({ ruleKind, ruleName, key, firedAt, resolvedAt }) => {
      if (firedAt === null) return [];
      const address = names.get(key);
      const named = address === undefined ? key : `sender:${address}`;
      const sought =
        ruleKind === "failure-rate" && named === "" ? "all:" : named;
      return [
        {
          kind: ruleKind,
          name: ruleName,
          key: named,
          firedAt,
          resolvedAt,
          dueAt: oracle.dueBefore(`${ruleKind} ${sought}`, firedAt),
        },
      ];
    })
    .toSorted((a, b) => a.firedAt - b.firedAt);
  const previews = await Promise.all(
    rules
      .filter(({ settings }) => (settings["each"] ?? "all") === "all")
      .map(async (rule) => ({
        kind: rule.kind,
        preview: await previewRule(ledger.store, rule, until),
      })),
  );
  const previewed = previews
    .flatMap(({ kind, preview }) =>
      (preview?.fired ?? [])
        .filter(({ from }) => from >= watchedFrom)
        .map(({ from }) => ({ kind, from })),
    )
    .toSorted((a, b) => a.from - b.from)
    .map(({ kind }) => kind);
  return { fired, previewed };
}

function changed(
  event: Parameters<Incident["change"]>[0],
  incidents: readonly Incident[],
) {
  let left: typeof event | undefined = event;
  for (const { from, until, change } of incidents)
    if (
      left !== undefined &&
      left.receivedAt >= from &&
      left.receivedAt < until
    )
      left = change(left);
  return left === undefined ? [] : [left];
}
