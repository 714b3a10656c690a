import type { Site } from "./site.ts";

/** Before the first callback: how to make Twilio send them here. */
export function SetupSteps({
  site,
  origin,
}: {
  readonly site: Site;
  readonly origin: string;
}) {
  const { urls, hasAuthToken } = site;
  return (
    <article class="setup">
      <h1>Set Twilio up</h1>
      <p class="lead">
        No callback has come yet. Five steps, and every message’s fate shows
        here.
      </p>
      <ol>
        <li>
          <h2>Give smsledger the auth token</h2>
          <p>
            {hasAuthToken ? (
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
                your HTTPS proxy pass on only the webhook’s path.
              </>
            ) : (
              <>
                Twilio cannot reach the address below: it is this machine’s own.
                Set <code>PUBLIC_URL</code> to the HTTPS address that your proxy
                answers, and let the proxy pass on only the webhook’s path.
              </>
            )}
          </p>
        </li>
        <li>
          <h2>Copy this address</h2>
          <p>
            <code class="copy" safe>
              {urls.smsCallback(origin)}
            </code>
          </p>
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
          <p>Its first callback comes within seconds. Then reload this page.</p>
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
