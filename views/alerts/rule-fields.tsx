import { KINDS } from "../../src/alerts/rules/kinds.ts";
import { OWN_FIELDS } from "../../src/alerts/rules/scope.ts";
import type { RuleField } from "../../src/alerts/rules/rule.ts";
import { ALERT_SEVERITIES, RULE_NAME_MAX } from "../../src/store/alerts.ts";
import { FilterBox } from "../messages/filter-box.tsx";
import { FormToken } from "../parts/form-token.tsx";
import { attribute } from "../parts/values.tsx";
import { severityWord } from "./alert-marks.tsx";
import type { RuleView } from "./rule-view.ts";

/** The form of a rule. The preview is another button of it: nothing is saved before. */
export function RuleFields(view: RuleView) {
  const { site, rule, form, once } = view;
  const { urls } = site;
  const { takesFilter } = KINDS[form.kind];
  const action = rule === undefined ? urls.alertRules : urls.alertRule(rule.id);
  return (
    <form class="rule-form card" method="post" action={action}>
      <FormToken site={site} />
      <input type="hidden" name="once" value={once} />
      <input type="hidden" name="kind" value={form.kind} />
      <Mistakes {...view} />
      <div class="rule-grid">
        <div class="rule-column">
          <div class="rule-field">
            <label for="name">Name</label>
            <input
              id="name"
              name="name"
              value={attribute(form.name)}
              maxlength={RULE_NAME_MAX}
              required
              autocomplete="off"
            />
          </div>
          <Thresholds {...view} />
          {takesFilter ? (
            <div class="rule-field">
              <label for="filter-q">Only messages that match</label>
              <FilterBox
                without={OWN_FIELDS}
                urls={urls}
                q={form.q}
                describedBy="filter-hint"
                example="country:US, code:30007, tag:campaign=spring"
              />
              <p id="filter-hint" class="hint">
                In the language of the filter on Messages; empty for all. With{" "}
                <code>code:</code>, only failures with that code count.
              </p>
            </div>
          ) : (
            ""
          )}
        </div>
        <div class="rule-column">
          <SeverityChoice {...view} />
          <Channels {...view} />
        </div>
      </div>
      <p class="form-buttons">
        <button class="button-primary">
          {rule === undefined ? "Add the rule" : "Save"}
        </button>
        {takesFilter ? (
          <button
            formaction={`${urls.alertRulePreview(rule?.id)}#preview`}
            formnovalidate
          >
            Preview
          </button>
        ) : (
          ""
        )}
        <a class="button" href={urls.alertRules}>
          Cancel
        </a>
      </p>
    </form>
  );
}

function Mistakes({ form: { mistakes } }: RuleView) {
  return mistakes.length === 0 ? (
    ""
  ) : (
    <div id="mistake" class="mistake" role="alert">
      <ul class="mistakes">
        {mistakes.map((mistake) => (
          <li safe>{mistake}</li>
        ))}
      </ul>
    </div>
  );
}

function Thresholds({ form }: RuleView) {
  return (
    <fieldset class="rule-field thresholds">
      <legend>Condition</legend>
      {KINDS[form.kind].fields.map((field) => (
        <Threshold
          field={field}
          value={form.settings[field.name] ?? String(field.default)}
        />
      ))}
    </fieldset>
  );
}

/** `Fires when this share of messages failed [25] %` */
function Threshold({
  field,
  value,
}: {
  readonly field: RuleField;
  readonly value: string;
}) {
  const id = `set-${field.name}`;
  return (
    <div class="threshold">
      <label for={id} safe>
        {field.label}
      </label>
      {"choices" in field ? (
        <select id={id} name={id}>
          {field.choices.map((choice) => (
            <option
              value={attribute(choice.value)}
              selected={choice.value === value}
              safe
            >
              {choice.label}
            </option>
          ))}
        </select>
      ) : (
        <span class="amount">
          <input
            id={id}
            name={id}
            type="number"
            min={String(field.min)}
            max={String(field.max)}
            step="1"
            required
            value={attribute(value)}
          />
          <span safe>{field.unit}</span>
        </span>
      )}
    </div>
  );
}

function SeverityChoice({ form }: RuleView) {
  return (
    <fieldset class="rule-field">
      <legend>Severity</legend>
      <p class="inline-choices">
        {ALERT_SEVERITIES.map((severity) => (
          <label class="choice">
            <input
              type="radio"
              name="severity"
              value={severity}
              checked={severity === form.severity}
            />
            <span safe>{severityWord(severity)}</span>
          </label>
        ))}
      </p>
      <p class="hint">
        Critical ones show a banner on every page and pass quiet hours.
      </p>
    </fieldset>
  );
}

function Channels({ site: { urls }, form, channels }: RuleView) {
  const { channelIds } = form;
  return (
    <fieldset class="rule-field">
      <legend>Notifies</legend>
      <label class="choice">
        <input
          type="radio"
          name="notify"
          value="severity"
          checked={channelIds === null}
        />
        <span>every channel that takes its severity</span>
      </label>
      {channels.length === 0 ? (
        <p class="hint">
          There is no notification channel yet.{" "}
          <a href={urls.alertChannels}>Add one</a>, or nobody is told.
        </p>
      ) : (
        <>
          <label class="choice">
            <input
              type="radio"
              name="notify"
              value="channels"
              checked={channelIds !== null}
            />
            <span>only these:</span>
          </label>
          <p class="inline-choices rule-channels">
            {channels.map(({ id, name }) => (
              <label class="choice">
                <input
                  type="checkbox"
                  name={`channel-${id}`}
                  value="1"
                  checked={channelIds?.includes(id) === true}
                />
                <bdi safe>{name}</bdi>
              </label>
            ))}
          </p>
        </>
      )}
      <label class="choice rule-on">
        <input type="checkbox" name="on" value="1" checked={form.isOn} />
        <span>The rule is on</span>
      </label>
    </fieldset>
  );
}
