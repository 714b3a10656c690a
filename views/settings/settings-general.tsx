import type { GeneralSettings } from "../../src/ops/general-settings.ts";
import { isAdmin } from "../../src/account/viewer.ts";
import type { BoundedCount } from "../../src/store/tally.ts";
import { MADE_UP_SID_START } from "../../src/twilio/made-up-sid.ts";
import { targetWords } from "../../src/overview/target.ts";
import { boundedCount } from "../../src/words/amounts.ts";
import { Ago } from "../parts/time.tsx";
import { Fact, Given } from "./given.tsx";
import { Streams } from "./settings-streams.tsx";
import { Callbacks } from "./settings-callbacks.tsx";
import { Database, Recording } from "./settings-database.tsx";
import { Backups, Kept } from "./settings-upkeep.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import type { Site } from "../site.ts";

export type SettingsGeneralProps = {
  readonly site: Site;
  readonly settings: GeneralSettings;
  /** Scheme and host that the page was asked for under. */
  readonly origin: string;
  readonly now: number;
};

/** How the server is configured, and by which setting. */
export function SettingsGeneralPage(props: SettingsGeneralProps) {
  const { site, settings, now } = props;
  return (
    <SettingsFrame site={site} section="general" title="General">
      <p class="lead">
        Set by environment variables or flags; the variable’s name is beside
        each. To change one, change it where smsledger is started, and restart:
        for systemd in the unit’s environment file, for Docker in the compose
        file. <code>smsledger serve --help</code> lists every setting. Users,
        API tokens, and erasing don’t need a restart.
      </p>
      <Callbacks {...props} />
      <Streams {...props} lastStreamAt={settings.lastStreamAt} />
      <Given title="Messages">
        <Fact name="Phone numbers" by="MASK_NUMBERS">
          {settings.masksNumbers
            ? "Shown masked, on pages and in exports."
            : "Shown in full."}
        </Fact>
        <Fact name="Kept for" by="RETENTION_DAYS">
          <Kept settings={settings} now={now} />
        </Fact>
        <Fact name="Delivery target" by="DELIVERY_TARGET">
          {settings.deliveryTarget === undefined ? (
            "None."
          ) : (
            <>
              <span safe>{targetWords(settings.deliveryTarget)}</span>:{" "}
              <a href={site.urls.report()}>how this month compares</a>.
            </>
          )}
        </Fact>
        <MadeUp site={site} count={settings.madeUpMessages} />
      </Given>
      <Given title="Access">
        <Fact name="Sign-in" by="SIGN_IN">
          <span safe>{SIGN_IN_WORDS[settings.signIn]}</span>
        </Fact>
        <Fact name="Metrics" by="METRICS_TOKEN">
          <code>/metrics</code>{" "}
          {settings.hasMetricsToken
            ? "can be read with the token."
            : "can only be read on the server’s own machine."}
        </Fact>
      </Given>
      <Given title="What callbacks missed">
        <Fact name="Twilio’s API" by="TWILIO_API_KEY">
          <Reading reading={settings.twilioApi} now={now} />
        </Fact>
      </Given>
      <Given title="What it sends">
        <Fact name="Email" by="SMTP_URL">
          <Mail mail={settings.mail} />
        </Fact>
        <Fact name="Forwarding and alerts" by="FORWARD_ALLOW">
          {settings.reachesPrivate
            ? "May reach public addresses over https, and the networks that are listed."
            : "May reach public addresses only, over https."}
        </Fact>
      </Given>
      <Given title="Server">
        <Database settings={settings} />
        <Recording keeping={settings.keeping} now={now} />
        {settings.database.isOnServer ? (
          <Fact name="Backups">
            Made with PostgreSQL’s own tools, such as <code>pg_dump</code> and{" "}
            <code>pg_basebackup</code>.
          </Fact>
        ) : (
          <Fact name="Backups" by="BACKUP_FOLDER">
            <Backups settings={settings} now={now} />
          </Fact>
        )}
        <Fact name="Version">
          <span safe>{site.version}</span>
        </Fact>
      </Given>
      <p class="hint">
        <code>smsledger doctor</code>, run where the server runs, checks all of
        this. <a href={site.urls.refusals()}>Refusals</a> shows refused
        callbacks and why. The{" "}
        <a href={site.urls.dictionary()}>error code reference</a> explains every
        error code.
      </p>
    </SettingsFrame>
  );
}

const SIGN_IN_WORDS: Record<GeneralSettings["signIn"], string> = {
  password: "Users sign in here with a password.",
  proxy: "A trusted proxy signs users in.",
  none: "No sign-in; pages can only be opened on the server’s own machine.",
};

/** Whether Twilio's API is read, and how that goes. */
function Reading({
  reading,
  now,
}: {
  readonly reading: GeneralSettings["twilioApi"];
  readonly now: number;
}) {
  if (reading === undefined)
    return (
      <>
        <span class="none">not read</span>: it needs <code>TWILIO_API_KEY</code>
        , <code>TWILIO_API_SECRET</code> and <code>TWILIO_ACCOUNT_SID</code>.
      </>
    );
  const { accountSid, nextDay, failure } = reading;
  return (
    <>
      Read for <code safe>{accountSid}</code>.{" "}
      {failure === null ? (
        <span safe>
          {nextDay === undefined ? "" : `Reading ${nextDay} (GMT).`}
        </span>
      ) : (
        <>
          The latest attempt failed <Ago at={failure.at} now={now} />:{" "}
          <span safe>{failure.reason}</span>
        </>
      )}
    </>
  );
}

function Mail({ mail }: Pick<GeneralSettings, "mail">) {
  if (mail === undefined)
    return (
      <>
        <span class="none">not set up</span>: it needs <code>SMTP_URL</code> and{" "}
        <code>MAIL_FROM</code>.
      </>
    );
  return (
    <>
      Through <span safe>{mail.host}</span>, port {mail.port}, from{" "}
      <bdi safe>{mail.from}</bdi>.
    </>
  );
}

/** How many made-up messages there are, if any; admins can delete them. */
function MadeUp({
  site,
  count,
}: {
  readonly site: Site;
  readonly count: BoundedCount;
}) {
  const { urls, viewer } = site;
  if (count.count === 0) return "";
  return (
    <Fact name="Made up">
      <a href={urls.messages({ q: `sid:${MADE_UP_SID_START}` })} safe>
        {`${boundedCount(count)} ${count.count === 1 ? "message" : "messages"}`}
      </a>{" "}
      that <code>smsledger simulate</code> posted.{" "}
      {isAdmin(viewer) ? <a href={urls.madeUp}>Delete them…</a> : ""}
    </Fact>
  );
}
