import { randomUUID } from "node:crypto";
import { RemoveRulePage } from "../../views/alerts/remove-rule-page.tsx";
import { NewRulePage } from "../../views/alerts/new-rule-page.tsx";
import { RulePage } from "../../views/alerts/rule-page.tsx";
import { RulesPage } from "../../views/alerts/rules-page.tsx";
import type { Site } from "../../views/site.ts";
import { createRepeatedForms } from "../account/repeated-forms.ts";
import { requesterOf, viewerOf } from "../account/viewer.ts";
import {
  filterForRule,
  formOfRule,
  newRuleForm,
  previewOf,
  readRuleForm,
  RULE_REFUSALS,
  type RuleForm,
} from "../alerts/rule-form.ts";
import { isRuleKind } from "../alerts/rules/kinds.ts";
import {
  readRulePreview,
  type RulePreviewStore,
} from "../alerts/rule-preview.ts";
import { told } from "../alerts/told-alerts.ts";
import { fieldOf } from "../http/form-body.ts";
import { page, type Page } from "../http/page.ts";
import { Problem } from "../http/problem.ts";
import { redirectTo } from "../http/responses.ts";
import { FILTER_LENGTH_MAX } from "../messages/filter-mistakes.ts";
import type { By } from "../store/accounts.ts";
import type { AlertRule, NewAlertRule } from "../store/alerts.ts";
import type { Stores } from "../store/stores.ts";
import type { Answer, Asked } from "./asked.ts";

export type AlertRuleDeps = {
  readonly store: RulePreviewStore &
    Pick<Stores, "alerts" | "alertChannels" | "addressById">;
  readonly now: () => number;
};

const NO_SUCH_RULE = new Problem({
  status: 404,
  title: "No alert rule has this ID",
  detail: "It may have been removed. See Alerts, Rules for the current list.",
});

/** Alerts that a rule's page shows. */
const LATEST = 10;

/** What sending a form for a new rule came to. */
type Added = { readonly id: number } | { readonly form: RuleForm };

/** `/alerts/rules`: what is watched. */
export const alertRuleHandlers = ({ store, now: clock }: AlertRuleDeps) => {
  const { alerts, alertChannels } = store;
  const addOnce = createRepeatedForms<Added>();
  const byOf = (request: Request): By => ({
    ...requesterOf(request),
    at: clock(),
  });
  const ruleOf = async (id: string): Promise<AlertRule | undefined> =>
    /^\d{1,15}$/.test(id) ? alerts.ruleById(Number(id)) : undefined;

  const showRule = async (
    site: Site,
    rule: AlertRule | undefined,
    form: RuleForm,
    previewed: NewAlertRule | undefined,
  ): Promise<Page> => {
    const now = clock();
    const [channels, latest, preview] = await Promise.all([
      alertChannels.list(),
      rule === undefined
        ? []
        : alerts.list({ size: LATEST, ruleId: rule.id, states: SHOWN_STATES }),
      previewed && readRulePreview(store, previewed, now),
    ]);
    return page(
      <RulePage
        {...{ site, rule, form, channels, preview, now }}
        alerts={await told(store, latest)}
        once={randomUUID()}
      />,
      { status: form.mistakes.length === 0 ? 200 : 400 },
    );
  };

  const read = async (form: RuleForm["kind"], body: unknown) =>
    readRuleForm(
      form,
      (name) => fieldOf(body, name),
      await alertChannels.list(),
      clock(),
    );

  /** Shows when the rule of a form would have fired; it doesn't need a name yet. */
  const preview = async (
    site: Site,
    rule: AlertRule | undefined,
    body: unknown,
  ): Promise<Answer> => {
    const kind = rule?.kind ?? fieldOf(body, "kind");
    if (!isRuleKind(kind)) return NO_SUCH_RULE;
    const { form } = await read(kind, body);
    const previewed = previewOf(form, clock());
    const shown = previewed === undefined ? form : { ...form, mistakes: [] };
    return showRule(site, rule, shown, previewed);
  };

  const add = async (
    kind: RuleForm["kind"],
    body: unknown,
    by: By,
  ): Promise<Added> => {
    const { form, rule } = await read(kind, body);
    if (rule === undefined) return { form };
    const added = await alerts.addRule(rule, by);
    return "id" in added
      ? added
      : { form: { ...form, mistakes: [RULE_REFUSALS[added.refusal]] } };
  };

  return {
    list: async ({ site }: Asked) => {
      const [rules, channels, muted] = await Promise.all([
        alerts.rules(),
        alertChannels.list(),
        alerts.mutedCodes(),
      ]);
      const now = clock();
      return page(<RulesPage {...{ site, rules, channels, muted, now }} />);
    },
    fresh: async ({ request, site }: Asked) => {
      const { searchParams } = new URL(request.url);
      const kind = searchParams.get("kind") ?? "";
      const given = (searchParams.get("q") ?? "").slice(0, FILTER_LENGTH_MAX);
      const q = filterForRule(given, clock());
      if (!isRuleKind(kind)) return page(<NewRulePage {...{ site, q }} />);
      return showRule(site, undefined, newRuleForm(kind, q), undefined);
    },
    previewNew: ({ site, body }: Asked) => preview(site, undefined, body),
    preview: async ({ params, site, body }: Asked<"id">) => {
      const rule = await ruleOf(params.id);
      return rule === undefined ? NO_SUCH_RULE : preview(site, rule, body);
    },
    add: async ({ request, site, body }: Asked): Promise<Answer> => {
      const kind = fieldOf(body, "kind");
      if (!isRuleKind(kind)) return NO_SUCH_RULE;
      const by = byOf(request);
      // Identifies the session, or the user a proxy signed in.
      const sender = viewerOf(request)?.formToken ?? by.actor;
      const added = await addOnce(
        fieldOf(body, "once"),
        [sender, JSON.stringify(body)],
        () => add(kind, body, by),
      );
      return "id" in added
        ? redirectTo(site.urls.alertRules, 303)
        : showRule(site, undefined, added.form, undefined);
    },
    one: async ({ params, site }: Asked<"id">) => {
      const rule = await ruleOf(params.id);
      if (rule === undefined) return NO_SUCH_RULE;
      return showRule(site, rule, formOfRule(rule), undefined);
    },
    change: async ({ params, request, site, body }: Asked<"id">) => {
      const rule = await ruleOf(params.id);
      if (rule === undefined) return NO_SUCH_RULE;
      const { form, rule: changed } = await read(rule.kind, body);
      if (changed === undefined) return showRule(site, rule, form, undefined);
      const { kind: _kind, ...change } = changed;
      const refusal = await alerts.changeRule(rule.id, change, byOf(request));
      if (refusal === undefined) return redirectTo(site.urls.alertRules, 303);
      const mistakes = [RULE_REFUSALS[refusal]];
      return showRule(site, rule, { ...form, mistakes }, undefined);
    },
    switch: async ({ params, request, site, body }: Asked<"id">) => {
      const rule = await ruleOf(params.id);
      if (rule === undefined) return NO_SUCH_RULE;
      const isOn = fieldOf(body, "on") !== "";
      if (isOn !== rule.isOn)
        await alerts.changeRule(rule.id, { isOn }, byOf(request));
      return redirectTo(site.urls.alertRules, 303);
    },
    confirmRemove: async ({ params, site }: Asked<"id">) => {
      const rule = await ruleOf(params.id);
      if (rule === undefined) return NO_SUCH_RULE;
      return page(<RemoveRulePage {...{ site, rule }} />);
    },
    remove: async ({ params, request, site }: Asked<"id">) => {
      const rule = await ruleOf(params.id);
      // A second click has nothing left to do.
      if (rule !== undefined) await alerts.removeRule(rule.id, byOf(request));
      return redirectTo(site.urls.alertRules, 303);
    },
  };
};

const SHOWN_STATES = ["firing", "acknowledged", "snoozed", "resolved"] as const;
