import type { AlertChannel } from "../../src/store/alert-channels.ts";
import { Copyable } from "../parts/copyable.tsx";
import { FormToken } from "../parts/form-token.tsx";
import { Layout } from "../parts/layout.tsx";
import type { Site } from "../site.ts";
import { ChannelFields } from "./channel-fields.tsx";
import type { ChannelFormView, ChannelSaid } from "./channel-view.ts";

/** The form of a notification channel. */
export function ChannelPage(view: ChannelFormView) {
  const { site, kind, channel, said, hasMail } = view;
  const { urls } = site;
  const title =
    channel === undefined
      ? `Add a channel: ${kind.label}`
      : `Channel ${channel.name}`;
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
        <ChannelFields {...view} />
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
