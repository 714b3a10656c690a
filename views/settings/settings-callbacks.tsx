import type { GeneralSettings } from "../../src/ops/general-settings.ts";
import { counted } from "../../src/words/amounts.ts";
import { Copyable } from "../parts/copyable.tsx";
import { Ago } from "../parts/time.tsx";
import { Fact, Given } from "./given.tsx";
import type { Site } from "../site.ts";

type Props = {
  readonly site: Pick<Site, "urls">;
  readonly settings: GeneralSettings;
  /** Scheme and host that the page was asked for under. */
  readonly origin: string;
  readonly now: number;
};

/** What Twilio needs, and what arrived from it. */
export function Callbacks({ site: { urls }, settings, origin, now }: Props) {
  const { lastCallbackAt, publicUrl } = settings;
  return (
    <Given title="Callbacks">
      <Fact name="For SMS, use in Twilio">
        <Copyable id="sms-callback" text={urls.smsCallback(origin)} />
      </Fact>
      <Fact name="For WhatsApp">
        <Copyable id="whatsapp-callback" text={urls.whatsappCallback(origin)} />
      </Fact>
      <Fact name="Public address" by="PUBLIC_URL">
        {publicUrl === undefined ? (
          <>
            <b>Not set.</b> The addresses above use the one in your browser;
            Twilio may not be able to reach it.
          </>
        ) : (
          <span safe>{publicUrl}</span>
        )}
      </Fact>
      <Fact name="Auth tokens" by="TWILIO_WEBHOOK_AUTH_TOKEN">
        <AuthTokens settings={settings} />
      </Fact>
      <Fact name="Shared keys" by="TWILIO_WEBHOOK_SHARED_KEYS">
        <SharedKeys {...settings.sharedKeys} />
      </Fact>
      <Fact name="Latest callback">
        {lastCallbackAt === undefined ? (
          <span class="none">none yet</span>
        ) : (
          <Ago at={lastCallbackAt} now={now} />
        )}
      </Fact>
    </Given>
  );
}

function AuthTokens({
  settings: { authTokens, sharedKeys },
}: Pick<Props, "settings">) {
  const { count, accountSids } = authTokens;
  if (count === 0)
    return (
      <>
        <b>Not set.</b>{" "}
        {sharedKeys.count === 0
          ? "Every callback is refused with 503."
          : "Only callbacks signed with a shared key are accepted."}
      </>
    );
  const unbound = count - accountSids.length;
  return (
    <>
      <span safe>
        {unbound === 0 ? "" : `${counted(unbound, "token")} for any account. `}
      </span>
      {accountSids.length === 0 ? (
        ""
      ) : (
        <>
          For one account only:
          <ul>
            {accountSids.map((sid) => (
              <li class="mono" safe>
                {sid}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function SharedKeys({ count, ids }: GeneralSettings["sharedKeys"]) {
  if (count === 0) return <span class="none">none</span>;
  const unnamed = count - ids.length;
  return (
    <>
      <span safe>
        {unnamed === 0 ? "" : `${counted(unnamed, "secret")} for any key. `}
      </span>
      {ids.length === 0 ? (
        ""
      ) : (
        <ul>
          {ids.map((id) => (
            <li class="mono" safe>
              {id}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
