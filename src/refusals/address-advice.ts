import { isIP } from "node:net";
import { isLoopback } from "../config/setting-values.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import type { Advice, Explained, Step } from "./advice-shape.ts";
import type { Cause } from "../store/diagnosis.ts";
import { originIn } from "./origin-variants.ts";

/** What PUBLIC_URL, or its lack, has a part in. */
export type AddressCause = Extract<
  Cause,
  "scheme" | "host" | "port" | "base-path"
>;

const ADDRESS_CAUSES: readonly Cause[] = [
  "scheme",
  "host",
  "port",
  "base-path",
] satisfies AddressCause[];

export function isAddressCause(cause: Cause): cause is AddressCause {
  return ADDRESS_CAUSES.includes(cause);
}

const RIGHT_PUBLIC_URL: Step = {
  text: "Set PUBLIC_URL to the address that Twilio calls, with its scheme, host, port and base path, and restart smsledger.",
};
const OR_IN_TWILIO: Step = {
  text: "If PUBLIC_URL is already right, correct the callback URL in Twilio instead.",
};

/**
 * What to say of an address that was signed and is not the one that was checked.
 * `hasPublicUrl`: PUBLIC_URL is set. Nobody is told to be called over plain http.
 */
export function addressAdvice(
  causes: readonly AddressCause[],
  refusal: Explained,
  hasPublicUrl: boolean,
): Advice {
  if (causes.length === 0) return { sentences: [], steps: [] };
  if (isLocalTest(refusal, hasPublicUrl)) {
    return {
      sentences: [
        "It was signed for an address of this machine (localhost or 127.0.0.1), so it’s a local test: Twilio can’t call that address.",
      ],
      steps: [localTestStep(refusal, hasPublicUrl)],
    };
  }
  const { signedUrl } = refusal.diagnosis;
  return {
    sentences: causes.map((cause) => sentence(cause, signedUrl)),
    steps: isHttps(signedUrl)
      ? stepsForHttps(refusal, hasPublicUrl)
      : stepsForHttp(causes, refusal, hasPublicUrl),
  };
}

function sentence(cause: AddressCause, signedUrl: string): string {
  switch (cause) {
    case "scheme":
      return isHttps(signedUrl)
        ? "It was signed for https but checked as http."
        : "It was signed for http but checked as https.";
    case "host":
      return "It was signed for a different host name.";
    case "port":
      return "It was signed for a different port.";
    case "base-path":
      return "It was signed for a different path: the part before /api/rpc differs.";
  }
}

function stepsForHttps(
  { diagnosis: { publicUrl }, checkedUrl }: Explained,
  hasPublicUrl: boolean,
): Step[] {
  if (publicUrl === null) return [RIGHT_PUBLIC_URL];
  const set: Step = {
    text: "Set PUBLIC_URL to the address that was signed, and restart smsledger:",
    setting: `PUBLIC_URL=${publicUrl}`,
  };
  const mayBeRight = hasPublicUrl && isHttps(checkedUrl ?? "");
  return mayBeRight ? [set, OR_IN_TWILIO] : [set];
}

function stepsForHttp(
  causes: readonly AddressCause[],
  { diagnosis: { publicUrl }, checkedUrl }: Explained,
  hasPublicUrl: boolean,
): Step[] {
  if (!isHttps(checkedUrl ?? "")) {
    return [
      withSetting(
        "It arrived over http, which anyone on the way can read and change. Set PUBLIC_URL to the https:// address that Twilio should call, use the same address in Twilio, and restart smsledger",
        publicUrl,
      ),
    ];
  }
  const inTwilio: Step = {
    text: hasPublicUrl
      ? "In Twilio, use the callback URL with https://, as the settings page shows it."
      : "In Twilio, use https:// instead of http:// in the callback URL.",
  };
  const isSameAddress = causes.every(
    (cause) => cause === "scheme" || cause === "port",
  );
  if (isSameAddress) return [inTwilio];
  const name = hasPublicUrl
    ? "If PUBLIC_URL isn’t the address that Twilio should call, correct it (with https://) and restart smsledger"
    : "Set PUBLIC_URL to the https:// address that Twilio should call, and restart smsledger";
  return [inTwilio, withSetting(name, publicUrl)];
}

/** With the setting as it is to be written, if a PUBLIC_URL of http tells that of https. */
function withSetting(text: string, publicUrl: string | null): Step {
  const port = publicUrl && originIn(publicUrl)?.origin.port;
  return publicUrl === null || port !== ""
    ? { text: `${text}.` }
    : {
        text: `${text}:`,
        setting: `PUBLIC_URL=${publicUrl.replace(/^http:/i, "https:")}`,
      };
}

/**
 * Whether a test on this machine signed for what it called, and not for what the server
 * is known by. Over https it may be a proxy on this machine that somebody tries.
 */
function isLocalTest(
  { diagnosis: { signedUrl }, checkedUrl }: Explained,
  hasPublicUrl: boolean,
): boolean {
  const isTried =
    isHttps(signedUrl) && (!hasPublicUrl || isOnThisMachine(checkedUrl ?? ""));
  return isOnThisMachine(signedUrl) && !isTried;
}

function isOnThisMachine(url: string): boolean {
  const host = originIn(url)?.origin.host.replaceAll(/^\[|\]$/g, "") ?? "";
  return (
    host.toLowerCase() === "localhost" || (isIP(host) !== 0 && isLoopback(host))
  );
}

function localTestStep(
  { checkedUrl, channel }: Explained,
  hasPublicUrl: boolean,
): Step {
  if (!hasPublicUrl) {
    return {
      text: "Sign the exact address that you call. smsledger simulate does this if it has the server’s settings, and so does the command that the overview shows until the first callback:",
      setting: "TWILIO_WEBHOOK_AUTH_TOKEN=… smsledger simulate --count 1",
    };
  }
  const [base = ""] = checkedUrl?.split(WEBHOOK_PATHS[channel], 1) ?? [];
  const isWhole = /^https?:\/\/[\x21-\x7e]+$/.test(base);
  return {
    text: "Sign PUBLIC_URL, even if you call this machine directly. smsledger simulate does this if it has the server’s settings, and so does the command that the overview shows until the first callback:",
    setting: `PUBLIC_URL=${isWhole ? base : "…"} TWILIO_WEBHOOK_AUTH_TOKEN=… smsledger simulate --count 1`,
  };
}

function isHttps(url: string): boolean {
  return /^https:/i.test(url);
}
