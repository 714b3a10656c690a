import type { TestCommand } from "../../src/overview/test-command.ts";
import { Copyable } from "../parts/copyable.tsx";
import type { Urls } from "../../src/site/urls.ts";
import type { Site } from "../site.ts";
import type { SkippedCallback } from "../../src/receiver/callback-counts.ts";
import { Ago } from "../parts/time.tsx";

export type SetupProps = {
  readonly site: Site;
  /** Where the server listens on this machine, for a tunnel. */
  readonly localUrl: string;
  /** What to use in Twilio. */
  readonly callbackUrl: string;
  readonly command: TestCommand;
  /** How many auth tokens and shared keys are set. */
  readonly signers: { readonly tokens: number; readonly keys: number };
  /** The latest verified callback whose status isn't recorded; undefined if none arrived since the start. */
  readonly skipped: SkippedCallback | undefined;
  readonly now: number;
};

/** Before the first callback: how to make Twilio send them here. */
export function SetupSteps(props: SetupProps) {
  const { site, callbackUrl, signers } = props;
  return (
    <article class="setup">
      <h1>Set up Twilio</h1>
      <Waiting {...props} />
      <ol>
        <li>
          <h2>Give smsledger the auth token</h2>
          <Signers {...signers} />
        </li>
        <li>
          <h2>Give it a public address</h2>
          <PublicAddress {...props} />
        </li>
        <li>
          <h2>Copy this address</h2>
          <Copyable id="callback-url" text={callbackUrl} />
          <p class="hint">
            It takes SMS, MMS, RCS, WhatsApp and Messenger. WhatsApp can also
            have its own, which ends in <code>/whatsapp</code>. A query, such as{" "}
            <code>?campaign=spring</code> before the <code>#</code>, is kept
            with the message as tags.
          </p>
        </li>
        <li>
          <h2>Paste it into Twilio</h2>
          <p>
            In the Console: Messaging, Services, your service, Integration,
            Delivery Status Callback. Or give it as <code>StatusCallback</code>{" "}
            with each message that you send.
          </p>
        </li>
        <li>
          <h2>Send a message</h2>
          <Trying {...props} />
        </li>
      </ol>
      <p class="hint">
        <b>
          Why <code>#rc=5&amp;rp=all</code>?
        </b>{" "}
        By default Twilio retries only when the connection fails, and a callback
        that fails otherwise is lost. This end of the address asks for up to
        five retries on any failure. If a Webhook Rule in Twilio matches the
        address, the rule’s own retry settings apply instead.
      </p>
      <NextSteps urls={site.urls} />
    </article>
  );
}

function Trying({ site: { urls }, command, signers }: SetupProps) {
  return (
    <>
      <p>Its first callback arrives within seconds, and this page says so.</p>
      <p>
        Or try it without Twilio: this command posts one made-up callback,
        signed with your{" "}
        {signers.tokens === 0 && signers.keys > 0 ? "key" : "token"}. The
        message is marked as made up. Delete it in{" "}
        <a href={urls.settings}>Settings</a>, or with{" "}
        <code>smsledger prune --made-up</code>.{" "}
        {command.asksFor === undefined ? "" : <Asked {...command.asksFor} />}
      </p>
      <Copyable id="test-command" text={command.text} />
    </>
  );
}

/** Where Twilio reaches this server, or how to get there: with a proxy, or a tunnel to try it. */
function PublicAddress({ site: { urls }, localUrl }: SetupProps) {
  if (urls.isPublic)
    return (
      <p>
        <b class="done">Done.</b> <code>PUBLIC_URL</code> is set. Make your
        HTTPS proxy pass requests on.
      </p>
    );
  return (
    <>
      <p>
        Twilio can’t reach the address below, which is this machine’s own. Set{" "}
        <code>PUBLIC_URL</code> to the HTTPS address of your proxy, let the
        proxy pass requests on, and restart.
      </p>
      <p>
        On a laptop, to try it only, use a tunnel. Run one of these, and restart
        with <code>PUBLIC_URL</code> set to exactly the <code>https://</code>{" "}
        address that it prints. The address changes with each run, and anyone
        who knows it can open the sign-in page.
      </p>
      <Copyable
        id="tunnel-cloudflared"
        text={`cloudflared tunnel --url ${localUrl}`}
      />
      <Copyable id="tunnel-ngrok" text={`ngrok http ${localUrl}`} />
    </>
  );
}

/** What the test command asks for. */
function Asked({ what, boundTo }: NonNullable<TestCommand["asksFor"]>) {
  return (
    <>
      It asks for your {what}, which doesn’t show and isn’t kept in the shell’s
      history.{" "}
      {boundTo === undefined ? (
        ""
      ) : (
        <>
          Enter it as it’s set here, with <code safe>{boundTo}</code> in front.
        </>
      )}
    </>
  );
}

function NextSteps({ urls }: { readonly urls: Urls }) {
  return (
    <section class="setup-next" aria-labelledby="next-steps">
      <h2 id="next-steps">Next steps</h2>
      <ul>
        <li>
          <code>smsledger doctor</code>, run with the server’s settings, checks
          the whole installation and says what to fix.
        </li>
        <li>
          <a href={urls.refusals()}>Refusals</a> shows callbacks that were
          refused, and why.
        </li>
        <li>
          <a href={urls.settings}>Settings</a> has users, tokens for the{" "}
          <a href={urls.tokens}>JSON API</a>, and what is set. It also says how
          to add Event Streams, a second source with retries of its own and
          Twilio’s own times.
        </li>
        <li>
          <a href={urls.dictionary()}>The error code reference</a> explains
          every Twilio error.
        </li>
        <li>
          The documentation is in the project’s folder <code>docs/</code>:
          reverse proxies in <code>install.md</code>, tokens, keys and tags in{" "}
          <code>twilio.md</code>.
        </li>
      </ul>
    </section>
  );
}

/** What verifies callbacks, or what to do about it. */
function Signers({ tokens, keys }: SetupProps["signers"]) {
  const sharedKeys = <code>TWILIO_WEBHOOK_SHARED_KEYS</code>;
  if (tokens === 0 && keys === 0)
    return (
      <p>
        Copy it from the Twilio Console, set{" "}
        <code>TWILIO_WEBHOOK_AUTH_TOKEN</code> to it, and restart. If a Webhook
        Rule in Twilio signs with a shared key, set {sharedKeys} instead.
      </p>
    );
  if (tokens === 0)
    return (
      <p>
        <b class="done">Done,</b> with{" "}
        {keys === 1 ? "a shared key" : "shared keys"}. Callbacks that{" "}
        {keys === 1 ? "it" : "one of them"} signed are accepted, and no others.
        If no Webhook Rule in Twilio matches the address below, set{" "}
        <code>TWILIO_WEBHOOK_AUTH_TOKEN</code>, too.
      </p>
    );
  return (
    <p>
      <b class="done">Done.</b> Callbacks that{" "}
      {tokens === 1 ? "your token" : "one of your tokens"}
      {keys === 0
        ? ""
        : keys === 1
          ? " or your shared key"
          : " or one of your shared keys"}{" "}
      signed are accepted, and no others.{" "}
      {keys > 0 ? (
        ""
      ) : (
        <>
          If a Webhook Rule in Twilio signs with a shared key, set {sharedKeys},
          too.
        </>
      )}
    </p>
  );
}

/**
 * Asks every four seconds what has arrived: a callback that isn't recorded tells no page.
 * setup.js shows the second part in place of the first when one was recorded.
 */
function Waiting(props: SetupProps) {
  const { urls } = props.site;
  return (
    <div class="setup-state" role="status">
      <div
        id="waiting"
        hx-get={urls.overview()}
        hx-trigger="every 4s"
        hx-select="#main"
        hx-target="#main"
        hx-swap="outerMorph"
        hx-indicator="#none"
      >
        <Arrived {...props} />
      </div>
      <div id="arrived" hidden>
        <p class="lead">
          Callbacks reach smsledger. From now on, the overview shows the status
          of each message.
        </p>
        <p class="setup-arrived">
          <b>The first callback arrived.</b>{" "}
          <a class="button button-primary" href={urls.overview()}>
            Show the overview
          </a>
        </p>
      </div>
    </div>
  );
}

/** What has arrived so far. */
function Arrived({ site: { canVerify }, skipped, now }: SetupProps) {
  const reload = (
    <noscript>Reload this page to see whether it has arrived.</noscript>
  );
  if (skipped === undefined) {
    return (
      <>
        <p class="lead">
          No callback has been accepted since smsledger started. Five steps, and
          every message’s status shows here.
        </p>
        <p class="setup-waiting">
          <span class="setup-dot" aria-hidden="true"></span>
          {canVerify
            ? "Waiting for the first callback."
            : "Callbacks are refused until the auth token is set."}
          {reload}
        </p>
      </>
    );
  }
  const { at, messageStatus } = skipped;
  return INBOUND.includes(messageStatus) ? (
    <>
      <p class="lead">
        A message that somebody sent you arrived <Ago at={at} now={now} />, so
        Twilio reaches smsledger, but the address is in the wrong field.
      </p>
      <p class="setup-waiting">
        <span class="setup-dot" aria-hidden="true"></span>
        In Twilio it was entered under “A message comes in”, which expects TwiML
        (Twilio logs error 12300). Remove it there and paste it as the status
        callback, as step 4 says. {reload}
      </p>
    </>
  ) : (
    <>
      <p class="lead">
        A callback with the status <code safe>{messageStatus}</code> arrived{" "}
        <Ago at={at} now={now} />. Its signature is valid, so Twilio reaches
        smsledger.
      </p>
      <p class="setup-waiting">
        <span class="setup-dot" aria-hidden="true"></span>
        This status isn’t recorded: a message shows here once it is sent,
        delivered or failed. {reload}
      </p>
    </>
  );
}

/** Statuses of messages that come in. */
const INBOUND: readonly string[] = ["receiving", "received"];
