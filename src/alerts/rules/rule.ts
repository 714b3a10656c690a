import type {
  AlertRule,
  EvaluatorRecord,
  Measured,
  RuleKind,
  RuleSettings,
} from "../../store/alerts.ts";
import type { Stores } from "../../store/stores.ts";
import { operatingSince } from "../operation.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** What rules read: counts, bounded lists, and how the server itself is doing. */
export type Ledger = Pick<
  Stores,
  | "tally"
  | "topSenders"
  | "listMessages"
  | "countMessages"
  | "lastEventAt"
  | "firstMessageAt"
  | "addressById"
  | "refusals"
  | "upkeep"
  | "backfills"
  | "endpoints"
  | "outbox"
  | "alertChannels"
  | "database"
> & {
  /** BACKUP_FOLDER is set. */
  readonly isBackupScheduled?: boolean;
  /** With an engine that has a keeper. */
  readonly keeping?: Stores["keeping"];
};

/** A setting of a rule, as forms and commands ask for it. */
export type RuleField = {
  readonly name: string;
  readonly label: string;
} & (
  | {
      readonly unit: string;
      readonly min: number;
      readonly max: number;
      readonly default: number;
    }
  | {
      readonly choices: readonly {
        readonly value: string;
        readonly label: string;
      }[];
      readonly default: string;
    }
);

/** A whole minute, and how long the server ran before it. */
export class Moment {
  constructor(
    readonly at: number,
    readonly record: EvaluatorRecord,
  ) {}

  /** When the latest `ms` of operation began; see `operatingSince`. */
  since(ms: number): number {
    return operatingSince(this.record, this.at, ms);
  }

  /** Whether this much of its operation is known: not soon after the first start. */
  knows(ms: number): boolean {
    return this.since(ms) > 0;
  }
}

/** What a rule found at one moment about one of those that it watches. */
export type Finding = {
  /** See `AlertSubject`. */
  readonly key: string;
  /** Its condition is met. */
  readonly isMet: boolean;
  /** An alert about it is over. Between the two thresholds, neither holds. */
  readonly isClear: boolean;
  readonly measured: Measured;
  /** Compared to find an alert's worst moment. */
  readonly badness: number;
};

/** All findings of one moment. */
export type Findings = {
  readonly found: readonly Finding[];
  /** Whether alerts about anything that wasn't found are over. */
  readonly isWhole: boolean;
};

/** A rule with its data for some time, which is read once. */
export type PreparedRule = {
  findingsAt(moment: Moment): Findings;
  /** How far apart the moments are that it can tell apart: a minute, or an hour. */
  readonly stepMs: number;
  /** It measures only the newest matching messages. */
  readonly isSample: boolean;
  /** Since when it can tell, if not for all of the time. */
  readonly knownSince: number | undefined;
};

/** What a rule finds when it can't tell. */
export const UNKNOWN: Findings = { found: [], isWhole: false };

/** The moments for which a rule is prepared: both ends belong to them. */
export type Moments = {
  readonly from: number;
  readonly to: number;
  readonly record: EvaluatorRecord;
};

export type RuleKindDefinition = {
  readonly kind: RuleKind;
  /** `Failure rate`. */
  readonly label: string;
  /** What it watches, in a sentence. */
  readonly about: string;
  readonly fields: readonly RuleField[];
  /** Whether it watches messages, so that a filter can narrow it and a preview can be shown. */
  readonly takesFilter: boolean;
  /** What is wrong with settings that are each right by themselves. */
  readonly check?: (settings: RuleSettings) => string | undefined;
  /** For how long its condition has to be met before it fires. */
  readonly sustainedMs: (settings: RuleSettings) => number;
  /** Reads what is needed to evaluate the rule at these moments. The cost has a bound. */
  readonly prepare: (
    ledger: Ledger,
    rule: Pick<AlertRule, "filter" | "settings">,
    moments: Moments,
  ) => Promise<PreparedRule>;
  /** What causes a finding, to be shown with it and to group alerts by; read when it fires. */
  readonly explain?: (
    ledger: Ledger,
    rule: Pick<AlertRule, "filter" | "settings">,
    finding: Finding,
  ) => Promise<Measured>;
};

/** A setting that is a number; the default if it's missing, as in a rule of an older version. */
export function numberOf(
  { fields }: Pick<RuleKindDefinition, "fields">,
  settings: RuleSettings,
  name: string,
): number {
  const value = settings[name];
  if (typeof value === "number") return value;
  const field = fields.find((each) => each.name === name);
  if (typeof field?.default === "number") return field.default;
  throw new RangeError("The rule's kind has no such setting.");
}

/** Prepares a rule that looks at how things are now. */
export function preparedNow(findings: readonly Finding[]): PreparedRule {
  return {
    findingsAt: () => ({ found: findings, isWhole: true }),
    stepMs: MINUTE_MS,
    isSample: false,
    knownSince: undefined,
  };
}
