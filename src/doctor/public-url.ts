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
 * Whether strangers can open, through the proxy, what only this machine should: under the
 * proxy's own name, or one that makes the request look local.
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
        "Anyone can open the pages at PUBLIC_URL: SIGN_IN is none, and the proxy adds no header by which its requests are recognized.",
        "Let users sign in (SIGN_IN=password), or have the proxy forward only /api/rpc/webhooks/twilio/.",
      ),
    );
  if (!hasMetricsToken && (await isOpen("/metrics")))
    findings.push(
      wrong(
        "Anyone can read the metrics at PUBLIC_URL: METRICS_TOKEN isn't set, and the proxy adds no header by which its requests are recognized.",
        "Set METRICS_TOKEN, or have the proxy set X-Forwarded-For.",
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
        "The smsledger at PUBLIC_URL has no auth token and no shared key.",
        "Set TWILIO_WEBHOOK_AUTH_TOKEN or TWILIO_WEBHOOK_SHARED_KEYS where it runs, and restart it.",
      );
    // An unknown address gets the same response as one that needs a sign-in.
    case 401:
    case 404:
      return wrong(
        "PUBLIC_URL leads to smsledger, but the proxy changes the path, so the webhook isn't found.",
        "Have the proxy forward the path unchanged, or remove exactly the path that PUBLIC_URL has.",
      );
    case 403:
      return note(
        "PUBLIC_URL leads to smsledger, but possibly not to this one: the proxy drops the header smsledger-instance, or it's an older version.",
        "Compare the versions in the pages' footers.",
      );
    default:
      return wrong(
        `smsledger answers callbacks to PUBLIC_URL with ${answer.status}, as something changes them on the way.`,
        "Have the proxy forward method, headers and body unchanged.",
      );
  }
}

function instanceFinding(asked: Asked, instance: string): Finding {
  if (asked.instance === undefined) {
    return note(
      "PUBLIC_URL leads to smsledger, but none is running here to compare it with.",
      "Run doctor on that server's machine, with its settings.",
    );
  }
  return instance === asked.instance
    ? fine("Callbacks posted to PUBLIC_URL reach this server.")
    : wrong(
        "PUBLIC_URL leads to a different smsledger than the one running here.",
        "Check where the name's DNS record points, which port the proxy forwards to, and whether an old server is still running.",
      );
}

/** Something other than smsledger responded. */
function foreignAnswer({ publicUrl }: Asked, answer: Answer): Finding {
  const { status, headers } = answer;
  if (status >= 300 && status < 400) {
    return wrong(
      `PUBLIC_URL answers with a redirect${redirectWords(publicUrl, headers)}, which turns a callback into a request without a body.`,
      "Set PUBLIC_URL to the address that it redirects to, and use that one in Twilio. Or have the proxy forward the webhook's path without a redirect.",
    );
  }
  if (status === 502 || status === 503 || status === 504) {
    return wrong(
      `A proxy answers at PUBLIC_URL, but it gets no response from smsledger (${status}).`,
      "Check that the server is running, and that the proxy forwards to its HOST and PORT. From a container, 127.0.0.1 is the container itself.",
    );
  }
  if (status === 401 || status === 403) {
    return wrong(
      `Something in front of smsledger refuses callbacks (${status}).`,
      "Let the webhook's path through unchanged, without the proxy's sign-in, firewall or bot check. smsledger verifies each callback's signature.",
    );
  }
  if (status === 404) {
    return wrong(
      "The program at PUBLIC_URL doesn't know the webhook's path (404).",
      "Have the proxy forward /api/rpc/webhooks/twilio/ to smsledger, and check that the name's DNS record points to this machine.",
    );
  }
  return wrong(
    `PUBLIC_URL leads to something other than smsledger (${status}).`,
    "Check where the name's DNS record points, and what the proxy forwards.",
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
    ? fine("The pages are there too.")
    : note(
        "Only the webhook can be reached at PUBLIC_URL, not the pages.",
        "That's fine if you open the pages through a tunnel. Otherwise, have the proxy forward every path.",
      );
}

/** What a missing response means, and what to do. */
const FAULT_WORDS: Record<CallFault, readonly [text: string, advice: string]> =
  {
    "name not found": [
      "DNS doesn't know the name in PUBLIC_URL.",
      "Check its spelling, and create a DNS record that points to this machine.",
    ],
    refused: [
      "Nothing listens at the address and port of PUBLIC_URL.",
      "Start the proxy, and check where the name's DNS record points.",
    ],
    unreachable: [
      "The machine that PUBLIC_URL names can't be reached.",
      "Check where the name's DNS records point, including IPv6 (AAAA).",
    ],
    "certificate expired": [
      "The certificate at PUBLIC_URL has expired, so Twilio doesn't post there.",
      "Renew it. The proxy's log says why it wasn't renewed automatically.",
    ],
    "certificate of another name": [
      "The certificate at PUBLIC_URL is for another name, so Twilio doesn't post there.",
      "Get the proxy a certificate for this name, and check that the name's DNS record points to the proxy.",
    ],
    "certificate not trusted": [
      "The certificate at PUBLIC_URL isn't trusted, so Twilio doesn't post there.",
      "Use one from a public authority, with its whole chain. Caddy gets one automatically.",
    ],
    "no TLS": [
      "The program at PUBLIC_URL doesn't speak TLS, or it refuses this name.",
      "Check the port, and that the proxy has a certificate for this name.",
    ],
    timeout: [
      "PUBLIC_URL doesn't respond.",
      "Check the firewall and where the name's DNS record points. Some routers don't let a machine reach its own public address; if yours doesn't, try from elsewhere.",
    ],
    "cut off": [
      "The connection to PUBLIC_URL was cut off.",
      "See the proxy's log.",
    ],
  };
