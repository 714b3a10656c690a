import type { ChannelForm } from "../../src/alerts/channel-form.ts";
import type { Field } from "../../src/alerts/channels/channel.ts";
import { ALERT_CHANNEL_NAME_MAX } from "../../src/store/alert-channels.ts";
import { ALERT_SEVERITIES } from "../../src/store/alerts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { attribute } from "../parts/values.tsx";
import { severityWord } from "./alert-marks.tsx";
import type { ChannelFormView } from "./channel-view.ts";

/** The fields of a notification channel: its name, what its kind needs, what it takes and when. */
export function ChannelFields({
  site,
  kind,
  channel,
  form,
  once,
}: ChannelFormView) {
  const { urls } = site;
  const { mistakes } = form;
  return (
    <form
      class="settings-form"
      method="post"
      action={
        channel === undefined
          ? urls.alertChannels
          : urls.alertChannel(channel.id)
      }
    >
      <FormToken site={site} />
      <input type="hidden" name="once" value={once} />
      <input type="hidden" name="kind" value={kind.kind} />
      {Object.keys(mistakes).length === 0 ? (
        ""
      ) : (
        <p class="mistake" role="alert">
          Nothing was saved. Correct what is marked below.
        </p>
      )}
      <TextField
        id="name"
        label="Name"
        value={form.name}
        mistake={mistakes["name"]}
        help="As it appears in lists, such as on-call or ops channel."
        lengthMax={ALERT_CHANNEL_NAME_MAX}
        isRequired={true}
      />
      {Object.entries(kind.fields).map(([name, field]) => (
        <SettingField
          {...{ name, field }}
          value={form.settings[name] ?? ""}
          isKnown={channel !== undefined}
          mistake={mistakes[`setting-${name}`]}
        />
      ))}
      <Severities form={form} />
      <Quiet form={form} />
      <p class="form-buttons">
        <button class="button-primary" name="next" value="save">
          Save
        </button>
        <button name="next" value="test">
          Save and send a test
        </button>
        <a class="button" href={urls.alertChannels}>
          Cancel
        </a>
      </p>
    </form>
  );
}

function SettingField({
  name,
  field,
  value,
  isKnown,
  mistake,
}: {
  readonly name: string;
  readonly field: Field;
  /** "" for a secret. */
  readonly value: string;
  /** There's a stored value, which a secret keeps unless another one is entered. */
  readonly isKnown: boolean;
  readonly mistake: string | undefined;
}) {
  const id = `setting-${name}`;
  const { label, help, example, options, whenEmpty } = field;
  const { isSecret, getsSecrets } = field;
  if (options !== undefined) {
    return (
      <>
        <label for={id} safe>
          {label}
        </label>
        <Mistake id={id} mistake={mistake} />
        <select id={id} name={id} aria-describedby={`${id}-hint`}>
          {options.map((option) => (
            <option
              value={attribute(option.value)}
              selected={option.value === value}
              safe
            >
              {option.label}
            </option>
          ))}
        </select>
        <p id={`${id}-hint`} class="hint" safe>
          {help}
        </p>
      </>
    );
  }
  const kept = isSecret && isKnown;
  return (
    <TextField
      {...{ id, label, value, mistake }}
      help={[
        help,
        ...whatEmptyDoes(kept === true, whenEmpty),
        ...(getsSecrets && isKnown
          ? ["If you change it, enter what is hidden below again."]
          : []),
      ].join(" ")}
      placeholder={kept ? "••••••••" : example}
      isRequired={whenEmpty === undefined && !kept}
      isSecret={isSecret === true}
    />
  );
}

function whatEmptyDoes(
  kept: boolean,
  whenEmpty: Field["whenEmpty"],
): readonly string[] {
  if (kept)
    return ["Leave it empty to keep the current one, which isn’t shown."];
  return typeof whenEmpty === "function"
    ? ["Leave it empty to get a new one."]
    : [];
}

function TextField({
  id,
  label,
  value,
  mistake,
  help,
  placeholder = "",
  lengthMax = 2_000,
  isRequired,
  isSecret = false,
}: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly mistake: string | undefined;
  readonly help: string;
  readonly placeholder?: string | undefined;
  readonly lengthMax?: number;
  readonly isRequired: boolean;
  readonly isSecret?: boolean;
}) {
  return (
    <>
      <label for={id} safe>
        {label}
      </label>
      <Mistake id={id} mistake={mistake} />
      <input
        id={id}
        name={id}
        value={attribute(value)}
        maxlength={String(lengthMax)}
        placeholder={attribute(placeholder)}
        required={isRequired}
        autocomplete={isSecret ? "new-password" : "off"}
        spellcheck="false"
        aria-invalid={mistake === undefined ? undefined : "true"}
        aria-describedby={
          mistake === undefined ? `${id}-hint` : `${id}-mistake ${id}-hint`
        }
      />
      <p id={`${id}-hint`} class="hint" safe>
        {help}
      </p>
    </>
  );
}

function Mistake({
  id,
  mistake,
}: {
  readonly id: string;
  readonly mistake: string | undefined;
}) {
  return mistake === undefined ? (
    ""
  ) : (
    <p id={`${id}-mistake`} class="mistake" safe>
      {mistake}
    </p>
  );
}

function Severities({ form }: { readonly form: ChannelForm }) {
  return (
    <fieldset>
      <legend>Takes alerts that are</legend>
      {ALERT_SEVERITIES.map((severity) => (
        <label class="choice">
          <input
            type="checkbox"
            name={`takes-${severity}`}
            value="1"
            checked={form.severities.includes(severity)}
          />
          <span safe>{severityWord(severity).toLowerCase()}</span>
        </label>
      ))}
      <p class="hint">
        Rules that name their channels send to those, whatever the severity.
      </p>
    </fieldset>
  );
}

function Quiet({ form: { quiet, mistakes } }: { readonly form: ChannelForm }) {
  return (
    <fieldset>
      <legend>Quiet hours</legend>
      <Mistake id="quiet" mistake={mistakes["quiet"]} />
      <p class="inline-fields">
        <input
          type="time"
          name="quiet-from"
          value={attribute(quiet.from)}
          aria-label="Quiet from"
        />
        <span>until</span>
        <input
          type="time"
          name="quiet-to"
          value={attribute(quiet.to)}
          aria-label="Quiet until"
        />
        <input
          name="quiet-zone"
          value={attribute(quiet.timeZone)}
          data-zone={quiet.timeZone === "" ? "" : undefined}
          placeholder="UTC"
          maxlength="60"
          autocomplete="off"
          spellcheck="false"
          aria-label="Time zone"
        />
      </p>
      <p class="hint">
        Critical alerts are sent at any time. The others wait until the end.
        Leave both times empty for none. The time zone is a name such as
        Europe/Berlin.
      </p>
    </fieldset>
  );
}
