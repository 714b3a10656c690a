import { isIP, type BlockList } from "node:net";
import { isOpenToThisMachine } from "../http/peer.ts";
import { counted } from "../words/amounts.ts";
import type { Config } from "../config/config.ts";
import { cidrList, isLoopback } from "../config/setting-values.ts";
import { fine, note, wrong, type Finding } from "../words/finding.ts";

/** Checks whether the settings make sense together, as far as they show by themselves. */
export function settingsFindings(config: Config): Finding[] {
  return [
    ...authTokenFindings(config),
    ...sharedKeyFindings(config),
    ...publicUrlFindings(config),
    ...signInFindings(config),
    retentionFinding(config),
    metricsFinding(config),
    forwardAllowFinding(config),
    mailFinding(config),
    twilioApiFinding(config),
  ];
}

/** As Twilio's Console shows them. */
const AUTH_TOKEN = /^[0-9a-f]{32}$/;

function authTokenFindings({
  authTokens,
  sharedKeys,
}: Pick<Config, "authTokens" | "sharedKeys">): Finding[] {
  if (authTokens.length === 0 && sharedKeys.length > 0) {
    return [
      note(
        "No auth token is set, so only callbacks signed with a shared key are accepted.",
        "That's fine if a Webhook Rule in Twilio with that key matches every callback URL. Otherwise, set TWILIO_WEBHOOK_AUTH_TOKEN.",
      ),
    ];
  }
  if (authTokens.length === 0) {
    return [
      wrong(
        "No auth token is set, so every callback is answered 503.",
        "Copy the auth token from the Twilio Console into TWILIO_WEBHOOK_AUTH_TOKEN, or into a file that TWILIO_WEBHOOK_AUTH_TOKEN_FILE names, and restart. If Twilio signs with a shared key, set TWILIO_WEBHOOK_SHARED_KEYS instead.",
      ),
    ];
  }
  const bound = authTokens.filter(({ accountSid }) => accountSid).length;
  const words = `${counted(authTokens.length, "auth token is", "auth tokens are")} set${
    bound === 0 ? "" : `, ${bound} of them for one account only`
  }.`;
  const odd = authTokens.filter(({ token }) => !AUTH_TOKEN.test(token)).length;
  if (odd > 0) {
    return [
      note(
        `${words} ${odd} of them ${odd === 1 ? "doesn't" : "don't"} look like Twilio's: 32 characters, 0 to 9 and a to f.`,
        "Compare with the auth token in the Twilio Console. API key secrets and test credentials don't sign callbacks.",
      ),
    ];
  }
  if (bound === authTokens.length) {
    return [
      note(
        `${words} Callbacks of all other accounts are refused.`,
        "That's fine if these are all your accounts. Otherwise, add the main account's token.",
      ),
    ];
  }
  return [fine(words)];
}

function sharedKeyFindings({
  sharedKeys,
  authTokens,
}: Pick<Config, "sharedKeys" | "authTokens">): Finding[] {
  if (sharedKeys.length === 0) return [];
  const words = `${counted(sharedKeys.length, "shared key is", "shared keys are")} set`;
  const shared = new Set(sharedKeys.map(({ secret }) => secret));
  if (authTokens.some(({ token }) => shared.has(token))) {
    return [
      note(
        `${words}, and a secret among them is also set as an auth token.`,
        "An auth token and a shared key never have the same secret. Remove it from the setting that it doesn't belong to.",
      ),
    ];
  }
  const unnamed = sharedKeys.filter(({ id }) => id === undefined).length;
  return [
    fine(
      unnamed === 0
        ? `${words}.`
        : `${words}, ${unnamed} of them without an id, which are tried for every key.`,
    ),
  ];
}

function publicUrlFindings({
  publicUrl,
  trustedProxies,
}: Pick<Config, "publicUrl" | "trustedProxies">): Finding[] {
  if (publicUrl === undefined) {
    return [
      note(
        trustedProxies === undefined
          ? "PUBLIC_URL isn't set, so the URL that Twilio signed is taken from each request, which is wrong behind an HTTPS proxy."
          : "PUBLIC_URL isn't set, so the URL that Twilio signed is taken from the trusted proxy's headers.",
        "Set PUBLIC_URL to the URL that Twilio calls, such as https://sms.example.com.",
      ),
    ];
  }
  const { protocol, hostname } = new URL(publicUrl);
  if (isOfThisNetwork(hostname)) {
    return [
      wrong(
        "PUBLIC_URL is an address of this machine or network, which Twilio can't reach.",
        "Set it to this server's address on the internet.",
      ),
    ];
  }
  if (protocol === "http:") {
    return [
      note(
        "PUBLIC_URL is http://, so phone numbers and passwords cross the internet unencrypted.",
        "Put a proxy such as Caddy in front for HTTPS, and set PUBLIC_URL to https://.",
      ),
    ];
  }
  return [fine("PUBLIC_URL is set, with HTTPS.")];
}

/** Names and addresses that can't be reached from the internet. */
function isOfThisNetwork(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(host);
  if (family !== 0)
    return OWN_NETWORKS.check(host, family === 6 ? "ipv6" : "ipv4");
  return !host.includes(".") || /\.(?:local|internal|lan|home)$/i.test(host);
}

const OWN_NETWORKS = cidrList(
  "0.0.0.0/8,10.0.0.0/8,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.168.0.0/16,::/127,fc00::/7,fe80::/10",
);

function signInFindings({
  signIn,
  signInSecret,
  host,
  trustedProxies,
}: Pick<
  Config,
  "signIn" | "signInSecret" | "host" | "trustedProxies"
>): Finding[] {
  const findings: Finding[] = [];
  if (trustedProxies !== undefined && trustsEverybody(trustedProxies)) {
    const advice =
      "Set TRUSTED_PROXIES to your proxy's own address, such as 127.0.0.1.";
    findings.push(
      signIn === "proxy"
        ? wrong(
            "TRUSTED_PROXIES includes the whole internet, so anyone who reaches this server can sign in as any user, by a header.",
            advice,
          )
        : note(
            "TRUSTED_PROXIES includes the whole internet, so anyone's X-Forwarded-For is trusted, even for limiting password guesses.",
            advice,
          ),
    );
  }
  if (signIn === "password" && trustedProxies === undefined && isLoopback(host))
    findings.push(
      note(
        "TRUSTED_PROXIES isn't set. Behind a proxy, everyone seems to sign in from the proxy's address and shares one limit on wrong passwords.",
        "Set TRUSTED_PROXIES to your proxy's address, usually 127.0.0.1. Without a proxy, there's nothing to do.",
      ),
    );
  if (isOpenToThisMachine({ signIn, signInSecret, trustedProxies }))
    findings.push(
      note(
        "TRUSTED_PROXIES includes loopback, so every program on this machine can sign in as any user, by a header.",
        "Set SIGN_IN_SECRET, and have the proxy send it in the header X-Sign-In-Secret.",
      ),
    );
  findings.push(fine(SIGN_IN_WORDS[signIn]));
  return findings;
}

const SIGN_IN_WORDS: Record<Config["signIn"], string> = {
  password: "Users sign in with a password.",
  proxy: "A trusted proxy signs users in.",
  none: "Nobody signs in, and only this machine can open the pages.",
};

/** The addresses of large providers' name servers are tried for everyone's. */
function trustsEverybody(proxies: BlockList): boolean {
  return (
    (proxies.check("8.8.8.8", "ipv4") &&
      proxies.check("193.0.14.129", "ipv4")) ||
    proxies.check("2001:4860:4860::8888", "ipv6")
  );
}

function forwardAllowFinding({
  forwardAllow,
}: Pick<Config, "forwardAllow">): Finding {
  if (forwardAllow === undefined)
    return fine(
      "Forwarding and alerts reach public addresses only, over https.",
    );
  if (trustsEverybody(forwardAllow))
    return note(
      "FORWARD_ALLOW includes the whole internet, so endpoints can be any machine of the private networks, and events can cross the internet unencrypted.",
      "List only the networks of your own receivers, such as 10.1.2.0/24.",
    );
  return fine(
    "Forwarding and alerts also reach the networks that FORWARD_ALLOW lists.",
  );
}

function mailFinding({ mail }: Pick<Config, "mail">): Finding {
  if (mail === undefined)
    return fine("Email isn't set up. It needs SMTP_URL and MAIL_FROM.");
  const { host, port, security } = mail.server;
  const words = `Email is sent through ${host}, port ${port}.`;
  if (port === 465 && security !== "tls")
    return note(
      `${words} That port usually expects TLS from the start, which smtp:// doesn't use.`,
      "If sending fails, write smtps:// in SMTP_URL.",
    );
  return fine(words);
}

function twilioApiFinding({ twilioApi }: Pick<Config, "twilioApi">): Finding {
  return fine(
    twilioApi === undefined
      ? "Twilio's API isn't read. It needs TWILIO_API_KEY, TWILIO_API_SECRET and TWILIO_ACCOUNT_SID."
      : `Twilio's API is read for the account ${twilioApi.accountSid}.`,
  );
}

function retentionFinding({
  retentionDays,
}: Pick<Config, "retentionDays">): Finding {
  return fine(
    retentionDays === 0
      ? "Messages are kept forever."
      : `Messages are kept for ${counted(retentionDays, "day")}.`,
  );
}

function metricsFinding({ metricsToken }: Pick<Config, "metricsToken">) {
  return fine(
    metricsToken === undefined
      ? "Only this machine can read the metrics."
      : "The metrics can be read with METRICS_TOKEN.",
  );
}
