import type {
  Alert,
  AlertFacts,
  AlertSubject,
  Measured,
  RuleKind,
} from "../store/alerts.ts";
import type { Reading } from "../store/store.ts";
import { failureRateStory } from "./story/failure-rate.ts";
import { missedStory } from "./story/missed.ts";
import { newCodeStory } from "./story/new-code.ts";
import {
  backupStory,
  diskStory,
  forwardingStory,
  recordingStory,
  refusedStory,
} from "./story/own-server.ts";
import { silenceStory } from "./story/silence.ts";
import {
  partsOfKey,
  subjectOfKey,
  type AlertStory,
  type Teller,
} from "./story/story.ts";
import { stuckStory } from "./story/stuck.ts";

export type { AlertStory } from "./story/story.ts";

const TELLERS: Readonly<Record<RuleKind, Teller>> = {
  "failure-rate": failureRateStory,
  "new-code": newCodeStory,
  silence: silenceStory,
  stuck: stuckStory,
  refused: refusedStory,
  forwarding: forwardingStory,
  backup: backupStory,
  disk: diskStory,
  recording: recordingStory,
  missed: missedStory,
};

/** What the keys of some alerts are called; see `subjectNames`. */
export type SubjectNames = ReadonlyMap<string, string>;

/** Reads what senders are called, which alerts name by their ids. */
export async function subjectNames(
  store: Pick<Reading, "addressById">,
  keys: Iterable<string>,
): Promise<SubjectNames> {
  const names = new Map<string, string>();
  for (const key of new Set(keys)) {
    const id = partsOfKey(key);
    if (id?.of !== "sender") continue;
    const address = await store.addressById(Number(id.value));
    names.set(key, address ?? "an erased sender");
  }
  return names;
}

/** Returns an alert in words: with what it measured last, or at another moment. */
export function storyOf(
  alert: AlertSubject & {
    readonly facts: Pick<
      AlertFacts,
      "filter" | "settings" | "now" | "includes"
    >;
  },
  names: SubjectNames,
  measured: Measured = alert.facts.now,
): AlertStory {
  const { ruleKind, facts } = alert;
  const { filter, settings, includes } = facts;
  const story = TELLERS[ruleKind]({
    ...alert,
    subject: subjectOfKey(alert.key) ?? names.get(alert.key) ?? "a sender",
    filter,
    settings,
    measured,
  });
  return includes.length === 0
    ? story
    : { ...story, lines: [...story.lines, includedLine(includes, names)] };
}

/** `12% of messages failed in the last 15 minutes`. */
export function alertTitle(
  alert: Pick<Alert, keyof AlertSubject | "facts">,
  names: SubjectNames,
): string {
  return storyOf(alert, names).title;
}

function includedLine(
  includes: readonly AlertSubject[],
  names: SubjectNames,
): string {
  const listed = includes.map(({ ruleName, key }) => {
    const subject = subjectOfKey(key) ?? names.get(key) ?? "";
    return subject === "" ? `“${ruleName}”` : `“${ruleName}” (${subject})`;
  });
  return `The same cause also meets ${listed.join(", ")}; this alert stands for all of them.`;
}
