import type { SignIn } from "../config/settings.ts";
import { INSTANCE_HEADER } from "../receiver/instance.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import { call, jsonOf, type Answer, type CallFault } from "./calls.ts";
import { fine, note, wrong, type Finding } from "../words/finding.ts";

export type Asked = {
  /** Without a slash at its end. */
  readonly publicUrl: string;
  /** The ID of the server that runs here; undefined if none does. */
  readonly instance: string | undefined;
  /** With `none`, nobody on another machine may reach the pages. */
  readonly signIn: SignIn;
  readonly hasMetricsToken: boolean;
  /** Where the server listens; if PUBLIC_URL leads there directly, there's no proxy. */
  readonly port: number;
  readonly version: string;
};

/**
 * Checks whether the public address leads to the server that runs here. Posts an
 * unsigned callback to Twilio's address: it's refused, and the response says by which
 * server.
 */
export async function publicUrlFindings(asked: Asked): Promise<Finding[]> {
  const { publicUrl, version } = asked;
  const headers = { "user-agent": `smsledger-doctor/${version}` };
  const answer = await call(publicUrl + WEBHOOK_PATHS.sms, {
    method: "POST",
    headers: {
      ...headers,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "",
  });
  const webhook = webhookFinding(asked, answer);
  if (webhook.level !== "fine") return [webhook];
  const open = await openFindings(asked, headers);
  if (asked.signIn === "none") return [webhook, ...open];
  const live = await call(`${publicUrl}/livez`, { headers });
  return [webhook, pagesFinding(asked, live), ...open];
}

/**
 * Whether a stranger can open through the proxy what only this machine should be able to:
 * under the proxy's own name, or one that makes the request look like a local one.
 */
async function openFindings(
  { publicUrl, signIn, hasMetricsToken, port }: Asked,
  headers: Readonly<Record<string, string>>,
): Promise<Finding[]> {
  const { hostname, port: publicPort } = new URL(publicUrl);
  const isOwn = /^(?:localhost|127\..*|\[::1\])$/.test(hostname);
  if (isOwn && Number(publicPort) === port) return [];
  const isOpen = async (path: string): Promise<boolean> => {
    for (const host of [undefined, "localhost"]) {
      const answer = await call(publicUrl + path, {
        headers: host === undefined ? headers : { ...headers, host },
      });
      if (typeof answer !== "string" && answer.status === 200) return true;
    }
    return false;
  };
  const findings: Finding[] = [];
  if (signIn === "none" && (await isOpen("/messages")))
    findings.push(
      wrong(
        "Anybody can open the pages at PUBLIC_URL: SIGN_IN is none, and the proxy adds no header that gives it away.",
        "Let users sign in (SIGN_IN=password), or let the proxy pass on nothing but /api/rpc/webhooks/twilio/.",
      ),
    );
  if (!hasMetricsToken && (await isOpen("/metrics")))
    findings.push(
      wrong(
        "Anybody can read the metrics at PUBLIC_URL: METRICS_TOKEN is not set, and the proxy adds no header that gives it away.",
        "Set METRICS_TOKEN, or let the proxy set X-Forwarded-For.",
      ),
    );
  return findings;
}

function webhookFinding(asked: Asked, answer: Answer | CallFault): Finding {
  if (typeof answer === "string") return wrong(...FAULT_WORDS[answer]);
  const isOurs = jsonOf(answer)?.["success"] === false;
  if (!isOurs) return foreignAnswer(asked, answer);
  const instance = answer.headers.get(INSTANCE_HEADER);
  if (answer.status === 403 && instance !== null)
    return instanceFinding(asked, instance);
  switch (answer.status) {
    case 503:
      return wrong(
        "The smsledger that answers at PUBLIC_URL has no auth token and no shared key.",
        "Set TWILIO_WEBHOOK_AUTH_TOKEN or TWILIO_WEBHOOK_SHARED_KEYS where it runs, and restart it.",
      );
    // An unknown address gets the same response as one that needs a sign-in.
    case 401:
    case 404:
      return wrong(
        "PUBLIC_URL leads to an smsledger, but the proxy changes the path on the way: the webhook is not found.",
        "Let the proxy pass on the path as it comes, or take off just the path that PUBLIC_URL has.",
      );
    case 403:
      return note(
        "PUBLIC_URL leads to an smsledger, but which one cannot be told: the proxy drops the header smsledger-instance, or it is an older version.",
        "Compare the versions at the foot of the pages.",
      );
    default:
      return wrong(
        `A callback posted to PUBLIC_URL is answered ${answer.status} by an smsledger, which did not see the post as it was.`,
        "Let the proxy pass on method, headers and body as they come.",
      );
  }
}

function instanceFinding(asked: Asked, instance: string): Finding {
  if (asked.instance === undefined) {
    return note(
      "PUBLIC_URL leads to an smsledger, but to compare it with there is none here.",
      "Run doctor on the machine of that server, with its settings.",
    );
  }
  return instance === asked.instance
    ? fine("Callbacks posted to PUBLIC_URL reach this server.")
    : wrong(
        "PUBLIC_URL leads to another smsledger than the one that runs here.",
        "Check where the name's DNS entry points, which port the proxy passes on to, and whether an old server still runs.",
      );
}

/** Something other than smsledger responded. */
function foreignAnswer({ publicUrl }: Asked, answer: Answer): Finding {
  const { status, headers } = answer;
  if (status >= 300 && status < 400) {
    return wrong(
      `PUBLIC_URL answers with a redirect${redirectWords(publicUrl, headers)}, which callbacks do not survive.`,
      "Set PUBLIC_URL to the address that it leads to, and paste that one into Twilio; or let the proxy pass on the webhook's path without a redirect.",
    );
  }
  if (status === 502 || status === 503 || status === 504) {
    return wrong(
      `A proxy answers at PUBLIC_URL, but gets no answer from smsledger (${status}).`,
      "Check that the server runs, and that the proxy passes on to its HOST and PORT; from a container 127.0.0.1 is the container itself.",
    );
  }
  if (status === 401 || status === 403) {
    return wrong(
      `Something in front of smsledger refuses callbacks (${status}).`,
      "Let the webhook's path through as it comes, without the proxy's sign-in, firewall or bot check: smsledger checks each callback's signature.",
    );
  }
  if (status === 404) {
    return wrong(
      "What answers at PUBLIC_URL does not know the webhook's path (404).",
      "Let the proxy pass on /api/rpc/webhooks/twilio/ to smsledger, and check that the name's DNS entry points to this machine.",
    );
  }
  return wrong(
    `PUBLIC_URL leads to something that is no smsledger (${status}).`,
    "Check where the name's DNS entry points, and what the proxy passes on.",
  );
}

/** Where a redirect leads, in our own words. */
function redirectWords(publicUrl: string, headers: Headers): string {
  const target = URL.parse(headers.get("location") ?? "", publicUrl);
  const from = new URL(publicUrl);
  if (target === null) return "";
  if (target.hostname !== from.hostname) return " to another host";
  if (target.protocol !== from.protocol)
    return target.protocol === "https:" ? " to https://" : " to http://";
  return target.origin === from.origin
    ? " to another path"
    : " to another port";
}

function pagesFinding(asked: Asked, live: Answer | CallFault): Finding {
  const isHere =
    typeof live !== "string" &&
    asked.instance !== undefined &&
    jsonOf(live)?.["instance"] === asked.instance;
  return isHere
    ? fine("So do the pages.")
    : note(
        "The pages are not reached at PUBLIC_URL, only the webhook.",
        "That is right when they are to be seen through a tunnel only. Otherwise let the proxy pass on every path.",
      );
}

/** What a missing response means, and what to do. */
const FAULT_WORDS: Record<CallFault, readonly [text: string, advice: string]> =
  {
    "name not found": [
      "The name in PUBLIC_URL is not known to DNS.",
      "Check its spelling, and make a DNS entry that points to this machine.",
    ],
    refused: [
      "Nothing listens at the address and port of PUBLIC_URL.",
      "Start the proxy, and check where the name's DNS entry points.",
    ],
    unreachable: [
      "The machine that PUBLIC_URL names cannot be reached.",
      "Check where the name's DNS entry points, also its IPv6 entry (AAAA).",
    ],
    "certificate expired": [
      "The certificate at PUBLIC_URL has expired, so Twilio does not post there.",
      "Renew it; see the proxy's log for why that did not happen by itself.",
    ],
    "certificate of another name": [
      "The certificate at PUBLIC_URL is for another name, so Twilio does not post there.",
      "Let the proxy have a certificate for this name, and check that the name's DNS entry points to it.",
    ],
    "certificate not trusted": [
      "The certificate at PUBLIC_URL is signed by nobody who is trusted, so Twilio does not post there.",
      "Use one of a public authority, with its whole chain; Caddy gets one by itself.",
    ],
    "no TLS": [
      "What listens at PUBLIC_URL does not speak TLS, or refuses this name.",
      "Check the port, and that the proxy has a certificate for this name.",
    ],
    timeout: [
      "PUBLIC_URL does not answer.",
      "Check the firewall and where the name's DNS entry points. Some routers do not let a machine reach its own public address: then try it from elsewhere.",
    ],
    "cut off": [
      "The connection to PUBLIC_URL was cut off.",
      "Look into the proxy's log.",
    ],
  };
