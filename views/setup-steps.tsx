import { TOKEN_PLACE, type TestCommand } from "../src/overview/test-command.ts";
import { Copyable } from "./copyable.tsx";
import type { Site } from "./site.ts";

export type SetupProps = {
  readonly site: Site;
  /** What to paste into Twilio. */
  readonly callbackUrl: string;
  readonly command: TestCommand;
};

/** Before the first callback: how to make Twilio send them here. */
export function SetupSteps({ site, callbackUrl, command }: SetupProps) {
  const { urls, canVerify } = site;
  return (
    <article class="setup">
      <h1>Set Twilio up</h1>
      <Waiting site={site} />
      <ol>
        <li>
          <h2>Give smsledger the auth token</h2>
          <p>
            {canVerify ? (
              <>
                <b class="done">Done.</b> Callbacks that this token signed are
                believed, and no others.
              </>
            ) : (
              <>
                Copy it from the Twilio Console, set{" "}
                <code>TWILIO_WEBHOOK_AUTH_TOKEN</code> to it, and restart.
              </>
            )}
          </p>
        </li>
        <li>
          <h2>Give it a public address</h2>
          <p>
            {urls.isPublic ? (
              <>
                <b class="done">Done.</b> <code>PUBLIC_URL</code> is set. Let
                your HTTPS proxy pass requests on.
              </>
            ) : (
              <>
                Twilio cannot reach the address below: it is this machine’s own.
                Set <code>PUBLIC_URL</code> to the HTTPS address that your proxy
                answers, and let the proxy pass requests on.
              </>
            )}
          </p>
        </li>
        <li>
          <h2>Copy this address</h2>
          <Copyable id="callback-url" text={callbackUrl} />
          <p class="hint">
            For WhatsApp senders it ends in <code>/whatsapp</code> in place of{" "}
            <code>/sms</code>. A query, such as <code>?campaign=spring</code>{" "}
            before the <code>#</code>, is kept with the message as tags.
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
          <p>
            Its first callback comes within seconds, and this page says so. Or
            try without Twilio: this posts one made-up callback, signed with
            your token, and records it as if it had happened.{" "}
            {command.needsToken ? (
              <>
                Put your auth token in place of <code>{TOKEN_PLACE}</code>.
              </>
            ) : (
              ""
            )}
          </p>
          <Copyable id="test-command" text={command.text} />
        </li>
      </ol>
      <p class="hint">
        <b>
          Why <code>#rc=5&amp;rp=all</code>?
        </b>{" "}
        By default Twilio tries again only when the connection fails, and a
        callback that fails otherwise is lost. This end of the address asks for
        up to five tries on any failure.
      </p>
    </article>
  );
}

/** setup.js shows the second part in place of the first when a callback was recorded. */
function Waiting({ site: { urls, canVerify } }: { readonly site: Site }) {
  return (
    <div class="setup-state" role="status">
      <div id="waiting">
        <p class="lead">
          No callback has come yet. Five steps, and every message’s fate shows
          here.
        </p>
        <p class="setup-waiting">
          <span class="setup-dot" aria-hidden="true"></span>
          {canVerify
            ? "Waiting for the first callback."
            : "Callbacks are refused until the auth token is set."}
          <noscript>Reload this page to see whether it came.</noscript>
        </p>
      </div>
      <div id="arrived" hidden>
        <p class="lead">
          Callbacks reach smsledger. The overview shows what becomes of each
          message from now on.
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
