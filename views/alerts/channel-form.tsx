import type { ChannelKind, Field } from "../../src/alerts/channels/channel.ts";
import type { ChannelForm } from "../../src/alerts/channel-form.ts";
import {
  ALERT_CHANNEL_NAME_MAX,
  type AlertChannel,
} from "../../src/store/alert-channels.ts";
import { ALERT_SEVERITIES } from "../../src/store/alerts.ts";
import { Copyable } from "../parts/copyable.tsx";
import { FormToken } from "../parts/form-token.tsx";
import { Layout } from "../parts/layout.tsx";
import { attribute } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { severityWord } from "./alert-marks.tsx";

export type ChannelFormView = {
  readonly site: Site;
  readonly kind: ChannelKind;
  /** Undefined for a new one. */
  readonly channel: AlertChannel | undefined;
  readonly form: ChannelForm;
  /** Whether email can be sent. */
  readonly hasMail: boolean;
  /** Identifies this form, so that sending it twice doesn't add two channels. */
  readonly once: string;
  /** What a test or a change came to. */
  readonly said: ChannelSaid | undefined;
};

export type ChannelSaid = {
  readonly isGood: boolean;
  readonly title: string;
  /** Sentences. */
  readonly lines: readonly string[];
  /** Shown this once. */
  readonly secrets?: readonly string[];
};

/** The form of a notification channel. */
export function ChannelFormPage(view: ChannelFormView) {
  const { site, kind, channel, said, hasMail } = view;
  const { urls } = site;
  const title =
    channel === undefined ? `Add ${kind.label}` : `Channel ${channel.name}`;
  return (
    <Layout {...{ site, title }} section="alerts" scripts={["alerts.js"]}>
      <nav class="crumbs" aria-label="Back">
        <a href={urls.alertChannels}>← Notification channels</a>
      </nav>
      <div class="page-head">
        <h1>
          {channel === undefined ? (
            <span safe>{title}</span>
          ) : (
            <>
              <bdi safe>{channel.name}</bdi>{" "}
              <span class="badge" safe>
                {kind.label}
              </span>
            </>
          )}
        </h1>
      </div>
      {said === undefined ? "" : <Said said={said} />}
      {kind.kind === "email" && !hasMail ? <NoMail /> : ""}
      <div class="message">
        <Form {...view} />
        <div class="message-side">
          {channel === undefined ? "" : <Beside {...{ site, channel }} />}
        </div>
      </div>
    </Layout>
  );
}

function Said({
  said: { isGood, title, lines, secrets = [] },
}: {
  readonly said: ChannelSaid;
}) {
  return (
    <section
      class={isGood ? "said" : "said warns"}
      role="status"
      aria-labelledby="said-title"
    >
      <h2 id="said-title" safe>
        {title}
      </h2>
      {lines.map((line) => (
        <p safe>{line}</p>
      ))}
      {secrets.length === 0 ? (
        ""
      ) : (
        <p>
          <b>Copy its signing secret now: it won’t be shown again.</b> The
          receiver verifies requests with it.
        </p>
      )}
      {secrets.map((secret, index) => (
        <Copyable id={`secret-${index}`} text={secret} />
      ))}
    </section>
  );
}

/** Without SMTP_URL, email can be set up, but waits. */
function NoMail() {
  return (
    <aside class="alerts-note" aria-label="No mail server">
      <p>
        <b>No mail server is set.</b> Set <code>SMTP_URL</code> and{" "}
        <code>MAIL_FROM</code>, and restart smsledger. Until then, email isn’t
        sent.
      </p>
    </aside>
  );
}

function Form({ site, kind, channel, form, once }: ChannelFormView) {
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
  const { label, help, example, options, isSecret, whenEmpty } = field;
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
      help={
        kept
          ? `${help} Leave it empty to keep the current one, which isn’t shown.`
          : help
      }
      placeholder={kept ? "••••••••" : example}
      isRequired={whenEmpty === undefined && !kept}
      isSecret={isSecret === true}
    />
  );
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

/** A test, and removing it. */
function Beside({
  site,
  channel,
}: {
  readonly site: Site;
  readonly channel: AlertChannel;
}) {
  const { urls } = site;
  return (
    <>
      <form
        class="card alert-form"
        method="post"
        action={urls.alertChannelTest(channel.id)}
      >
        <h2>Try it</h2>
        <FormToken site={site} />
        <p class="hint">
          Sends a test notice with the saved settings, and shows how it went.
        </p>
        <button>Send a test</button>
      </form>
      <section class="card alert-form">
        <h2>Remove it</h2>
        <p class="hint">
          Rules that send only to this channel go by severity again.
        </p>
        <a
          class="button button-danger"
          href={urls.alertChannelRemove(channel.id)}
        >
          Remove this channel…
        </a>
      </section>
    </>
  );
}

/** Asks for confirmation before removing a channel. */
export function RemoveChannelPage({
  site,
  channel,
}: {
  readonly site: Site;
  readonly channel: AlertChannel;
}) {
  const { urls } = site;
  return (
    <Layout site={site} title="Remove a channel" section="alerts">
      <nav class="crumbs" aria-label="Back">
        <a href={urls.alertChannel(channel.id)}>← The channel</a>
      </nav>
      <div class="page-head">
        <h1>Remove a channel</h1>
      </div>
      <form
        class="settings-form"
        method="post"
        action={urls.alertChannelRemove(channel.id)}
      >
        <FormToken site={site} />
        <p>
          Nothing is sent to{" "}
          <b>
            <bdi safe>{channel.name}</bdi>
          </b>{" "}
          anymore, and notices that wait for it are dropped. This cannot be
          undone.
        </p>
        <p class="form-buttons">
          <button class="button-danger">Remove it</button>
          <a class="button" href={urls.alertChannel(channel.id)}>
            Keep it
          </a>
        </p>
      </form>
    </Layout>
  );
}
