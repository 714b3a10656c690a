import type { By } from "./accounts.ts";

/** How urgent an alert is, the most urgent first. */
export const ALERT_SEVERITIES = ["critical", "warning", "info"] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** What rules can watch; each kind has a file in `src/alerts/rules/`. */
export const RULE_KINDS = [
  "failure-rate",
  "new-code",
  "silence",
  "stuck",
  "refused",
  "forwarding",
  "backup",
  "disk",
  "recording",
  "missed",
] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

/** A rule's thresholds. Which ones there are depends on its kind. */
export type RuleSettings = Readonly<Record<string, number | string>>;

export type AlertRule = {
  readonly id: number;
  readonly kind: RuleKind;
  /** Unique. */
  readonly name: string;
  /** In the filter language, without times; "" for all messages. */
  readonly filter: string;
  readonly settings: RuleSettings;
  readonly severity: AlertSeverity;
  readonly isOn: boolean;
  /** Ids of the notification channels that its notices go to; null for all that take its severity. */
  readonly channelIds: readonly number[] | null;
  /** A user's name, `command line`, or `smsledger` for the rules that every ledger begins with. */
  readonly createdBy: string;
  /** Milliseconds since 1970; 0 for the rules that every ledger begins with. */
  readonly createdAt: number;
  /** Who last changed it, and when; null if nobody did. */
  readonly changedBy: string | null;
  readonly changedAt: number | null;
};

export type NewAlertRule = Pick<
  AlertRule,
  "kind" | "name" | "filter" | "settings" | "severity" | "isOn" | "channelIds"
>;
/** Its kind can't be changed. */
export type RuleChange = Partial<Omit<NewAlertRule, "kind">>;

/**
 * `pending`: its condition is met, but not for long enough; nobody has been told, and it
 * disappears if the condition ends. `firing`, `acknowledged` and `snoozed` are open.
 */
export const ALERT_STATES = [
  "pending",
  "firing",
  "acknowledged",
  "snoozed",
  "resolved",
] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** What a rule measured at one time: numbers and texts by name, which depend on its kind. */
export type Measured = Readonly<Record<string, number | string>>;

/** What is known about an alert beside its state. */
export type AlertFacts = {
  /** The rule's filter and settings when it last measured this. */
  readonly filter: string;
  readonly settings: RuleSettings;
  /** The channels that the rule named then: those that are told when it's over, also without the rule. */
  readonly channelIds: AlertRule["channelIds"];
  /** When it was last measured, milliseconds since 1970. */
  readonly measuredAt: number;
  readonly now: Measured;
  /** When it began to fire; null before. */
  readonly atFiring: Measured | null;
  /** The worst so far. */
  readonly peak: Measured;
  /** Other rules that the same cause meets, which have no alert of their own. */
  readonly includes: readonly AlertSubject[];
};

/** What an alert is about. */
export type AlertSubject = {
  readonly ruleKind: RuleKind;
  readonly ruleName: string;
  /**
   * Which one of those that the rule watches separately: `code:30007`, `sender:12` (an
   * address's id), `country:US`, `endpoint:3`; "" for a rule that watches one thing.
   */
  readonly key: string;
};

/** One occurrence of a rule's condition. */
export type Alert = AlertSubject & {
  readonly id: number;
  /** Null once the rule was removed. */
  readonly ruleId: number | null;
  readonly severity: AlertSeverity;
  readonly state: AlertState;
  /** Rises with each change of its state. */
  readonly version: number;
  /** Since when its condition is met, milliseconds since 1970. */
  readonly since: number;
  readonly firedAt: number | null;
  readonly resolvedAt: number | null;
  /** Who acknowledged or snoozed it, their note, and until when it's snoozed; null otherwise. */
  readonly by: string | null;
  readonly note: string | null;
  readonly snoozedUntil: number | null;
  /** The latest notice that was sent, and when; null before the first. */
  readonly toldKind: string | null;
  readonly toldAt: number | null;
  readonly facts: AlertFacts;
};

/** An entry in an alert's history, oldest first. */
export type AlertHistoryEntry = {
  readonly id: number;
  readonly at: number;
  readonly what: AlertEvent;
  /** A user's name, `command line`, or `server`. */
  readonly by: string;
  readonly note: string;
};

export const ALERT_EVENTS = [
  "pending",
  "fired",
  "reminded",
  "acknowledged",
  "snoozed",
  /** Somebody took back an acknowledgment, or the snooze ended. */
  "reopened",
  "resolved",
] as const;
export type AlertEvent = (typeof ALERT_EVENTS)[number];

export type AlertPage = {
  readonly size: number;
  /** The next page: only ids below this. */
  readonly olderThan?: number | undefined;
  readonly states?: readonly AlertState[] | undefined;
  readonly severity?: AlertSeverity | undefined;
  readonly ruleId?: number | undefined;
  /** Only those whose condition was met from then on, milliseconds since 1970. */
  readonly since?: number | undefined;
};

/** An error code that raises no alert of its own. */
export type MutedCode = {
  readonly errorCode: number;
  readonly mutedAt: number;
  readonly by: string;
  readonly note: string;
};

/** Why a rule wasn't added or changed. */
export type RuleRefusal = "name taken" | "too many" | "no such rule";
/**
 * Why an alert wasn't changed: only one that is firing, acknowledged or snoozed can be, and
 * nobody replaces what somebody else entered without having seen it.
 */
export type AlertRefusal = "no such alert" | "not open" | "changed meanwhile";
/** Who has taken an alert, as whoever changes it has seen it. */
export type AlertSeen = Pick<Alert, "state" | "by">;

/** When the evaluator ran, as it saves it; see `src/alerts/operation.ts`. */
export type EvaluatorRecord = {
  /** When the latest evaluation was, and when the server started before it. */
  readonly ranAt: number;
  readonly startedAt: number;
  /** When nothing ran: between these times, oldest first. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
};

/** A notice to put into the outbox, together with the change that it's about. */
export type OutgoingNotice = {
  readonly channelId: number;
  /** Not before then: the end of the channel's quiet hours, or at once. */
  readonly sendAt: number;
  /** A `Notice` as JSON. */
  readonly notice: string;
};

/** A change that the evaluator makes. It's skipped if the alert has another version by then. */
export type AlertChange = Pick<
  Alert,
  | "id"
  | "version"
  | "state"
  | "severity"
  | "firedAt"
  | "resolvedAt"
  | "snoozedUntil"
  | "toldKind"
  | "toldAt"
  | "facts"
> & {
  readonly entries: readonly Omit<AlertHistoryEntry, "id">[];
  /** At most one for each channel, about the last of these entries. */
  readonly notices: readonly OutgoingNotice[];
};

/** One evaluation's changes, made atomically. */
export type AlertStep = {
  readonly record: EvaluatorRecord;
  readonly changes: readonly AlertChange[];
  /** Pending alerts whose condition ended. */
  readonly dropped: readonly Pick<Alert, "id" | "version">[];
};

/** A new alert, which is pending. */
export type NewAlert = AlertSubject &
  Pick<Alert, "severity" | "since" | "facts"> & { readonly ruleId: number };

/**
 * Rules, and the alerts they raised. Each change that a person makes adds its entry to the
 * audit list in the same transaction.
 */
export interface AlertStore {
  /** In the order in which they were added; at most `RULES_MAX`. */
  rules(): Promise<readonly AlertRule[]>;
  ruleById(id: number): Promise<AlertRule | undefined>;
  /** Resolves to the new rule's id, or to why there is none. */
  addRule(
    rule: NewAlertRule,
    by: By,
  ): Promise<{ readonly id: number } | { readonly refusal: RuleRefusal }>;
  /** Resolves to why it wasn't changed; undefined once it is. */
  changeRule(
    id: number,
    change: RuleChange,
    by: By,
  ): Promise<RuleRefusal | undefined>;
  /** Its open alerts are resolved by the next evaluation. Resolves to whether it existed. */
  removeRule(id: number, by: By): Promise<boolean>;

  /** Every alert that isn't resolved, including pending ones, newest first; at most `OPEN_OF_RULE_MAX` of a rule. */
  open(): Promise<readonly Alert[]>;
  /** Newest first. */
  list(page: AlertPage): Promise<readonly Alert[]>;
  byId(id: number): Promise<Alert | undefined>;
  /** What happened to an alert, oldest first; at most `HISTORY_OF_ONE_MAX`. */
  history(alertId: number): Promise<readonly AlertHistoryEntry[]>;
  /**
   * Somebody takes care of it: it sends no reminders. With `seen`, only if it's still like
   * that; otherwise only if nobody else has taken it. The same again changes nothing.
   */
  acknowledge(
    id: number,
    note: string,
    by: By,
    seen?: AlertSeen,
  ): Promise<AlertRefusal | undefined>;
  /** It sends no reminders until then, and fires again if it isn't over. */
  snooze(
    id: number,
    until: number,
    note: string,
    by: By,
    seen?: AlertSeen,
  ): Promise<AlertRefusal | undefined>;
  /** Takes back an acknowledgment or ends a snooze: it's firing again. */
  reopen(
    id: number,
    by: By,
    seen?: AlertSeen,
  ): Promise<AlertRefusal | undefined>;

  /** By code; at most `MUTED_CODES_MAX`. */
  mutedCodes(): Promise<readonly MutedCode[]>;
  /** Mutes an error code; its open alerts are resolved by the next evaluation. */
  muteCode(
    errorCode: number,
    note: string,
    by: By,
  ): Promise<"muted" | "too many">;
  /** Resolves to whether it was muted. */
  unmuteCode(errorCode: number, by: By): Promise<boolean>;

  /** Undefined before the first evaluation. */
  evaluatorRecord(): Promise<EvaluatorRecord | undefined>;
  /**
   * Adds pending alerts, up to `OPEN_OF_RULE_MAX` of a rule, except for a rule and key that has
   * one that isn't resolved.
   */
  addPending(alerts: readonly NewAlert[]): Promise<void>;
  /** Makes an evaluation's changes and puts its notices into the outbox, atomically. */
  advance(step: AlertStep): Promise<void>;
}

export const RULES_MAX = 100;
export const RULE_NAME_MAX = 100;
export const NOTE_MAX = 1_000;
/** A rule raises no more before some of them are over. */
export const OPEN_OF_RULE_MAX = 50;
/** Resolved alerts are kept for this many days, up to this number. */
export const ALERT_DAYS = 400;
export const ALERTS_MAX = 2_000;
export const HISTORY_OF_ONE_MAX = 200;
export const MUTED_CODES_MAX = 500;
