import type { RulePreviewed } from "../../src/alerts/rule-preview.ts";
import type { RuleForm } from "../../src/alerts/rule-form.ts";
import type { ToldAlert } from "../../src/alerts/told-alerts.ts";
import type { AlertChannel } from "../../src/store/alert-channels.ts";
import type { AlertRule } from "../../src/store/alerts.ts";
import type { Site } from "../site.ts";

export type RuleView = {
  readonly site: Site;
  /** Undefined for a new one. */
  readonly rule: AlertRule | undefined;
  readonly form: RuleForm;
  readonly channels: readonly AlertChannel[];
  /** When the rule of this form would have fired; undefined if that can't be shown. */
  readonly preview: RulePreviewed | undefined;
  /** The rule's latest alerts. */
  readonly alerts: readonly ToldAlert[];
  /** Identifies this form, so that sending it twice doesn't add two rules. */
  readonly once: string;
  readonly now: number;
};
