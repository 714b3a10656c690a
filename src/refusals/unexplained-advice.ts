import type { NewRefusal } from "../store/refusals.ts";
import type { Advice, Step } from "./advice-shape.ts";
import type { Arrived, Unexplained } from "../store/diagnosis.ts";
import { unexplainedKeyAdvice } from "./key-advice.ts";

/** A callback verified within this time before shows that the auth token was right then. */
const PROVEN_BEFORE_MS = 24 * 3_600_000;

const MISSHAPEN =
  "Its X-Twilio-Signature isn’t in Twilio’s format: 28 characters, or 44 with a shared key, sent once.";
const UNEXPLAINED =
  "None of your tokens or keys produces this signature, for this address or a likely variant of it.";
const PASS_ON_THE_HEADER: Step = {
  text: "If Twilio sent it, something on the way changes the X-Twilio-Signature header or sends it twice: configure it to pass the header on unchanged. If it wasn’t Twilio, no action is needed.",
};

const NOT_KEPT: Arrived = { account: null, hasQuery: false, hasBody: true };

/** Returns the advice for an unexplained signature. */
export function unexplainedAdvice(
  { standing, firstAt }: NewRefusal,
  { outcome, arrived = NOT_KEPT, accountProvenAt = -Infinity }: Unexplained,
): Advice {
  const isMisshapen = outcome === "misshapen";
  const what = isMisshapen ? MISSHAPEN : UNEXPLAINED;
  const { account, hasBody, hasQuery, key } = arrived;
  const isKeyRight = key?.isTried === true && key.hasKnownAlgorithm;
  if (key !== undefined && !(isMisshapen && isKeyRight))
    return unexplainedKeyAdvice({ standing }, key);
  const isProven = accountProvenAt >= firstAt - PROVEN_BEFORE_MS;
  if (standing === "strange" && !isProven)
    return ofStranger(what, account, hasBody);
  if (isMisshapen) return { sentences: [what], steps: [PASS_ON_THE_HEADER] };
  if (isProven) {
    return {
      sentences: [what, provenWords(accountProvenAt, firstAt)],
      steps: onTheWay(account, hasQuery),
    };
  }
  return {
    sentences: [
      what,
      standing === "known"
        ? "It names one of your accounts, so the auth token has probably changed."
        : "It’s in Twilio’s format, so the configured auth token is probably wrong.",
    ],
    steps: [
      compareToken("", account),
      {
        text: "If the token is right, a proxy changes the request in a way that smsledger can’t guess: it removes part of the path (then set PUBLIC_URL), or changes or drops the query or a header.",
      },
    ],
  };
}

function ofStranger(
  what: string,
  account: string | null,
  hasBody: boolean,
): Advice {
  if (!hasBody) {
    return {
      sentences: [
        what,
        "Its body is empty, which Twilio’s never is: either a proxy dropped the body, or the request is forged.",
      ],
      steps: [
        {
          text: "If Twilio sent it, configure the proxy to pass the body on. If not, no action is needed.",
        },
      ],
    };
  }
  return account === null
    ? {
        sentences: [what, "It names no account, so it isn’t from Twilio."],
        steps: [{ text: "No action needed." }],
      }
    : {
        sentences: [what, "It names an account that isn’t known as yours."],
        steps: [
          {
            text: "If it’s one of your subaccounts, add its auth token and restart smsledger. If not, no action is needed.",
            setting: `TWILIO_WEBHOOK_AUTH_TOKEN=…,${account}=…`,
          },
        ],
      };
}

function provenWords(provenAt: number, firstAt: number): string {
  return provenAt > firstAt
    ? "Other callbacks of its account have been verified since, so the auth token is right: either something on the way changes the request, or it’s forged."
    : "Other callbacks of its account were verified in the day before, so the auth token was right then: unless it has changed since, either something on the way changes the request, or it’s forged.";
}

/** Returns what to compare if the token is right. */
function onTheWay(account: string | null, hasQuery: boolean): Step[] {
  return [
    {
      text: hasQuery
        ? "Compare the path and query that arrived with the callback URL in Twilio, character by character. A proxy must not add, drop, sort, or re-escape anything; if it removes part of the path, that part has to be in PUBLIC_URL."
        : "It arrived without a query: if the callback URL in Twilio has one (?…), a proxy drops it. Compare the path, too: if a proxy removes part of it, that part has to be in PUBLIC_URL.",
    },
    {
      text: "Then compare the form that arrived with what Twilio’s log shows for the message: a proxy or firewall may change, drop, or escape its values. Configure it to pass the body on unchanged.",
    },
    compareToken(
      "If only your own tests were verified, or nothing has been verified since the token changed: ",
      account,
    ),
  ];
}

function compareToken(when: string, account: string | null): Step {
  const text = `ompare TWILIO_WEBHOOK_AUTH_TOKEN with the auth token that the Twilio Console shows for ${account ?? "the account"}. Each subaccount signs with its own; separate several with commas:`;
  return {
    text: when === "" ? `C${text}` : `${when}c${text}`,
    setting: `TWILIO_WEBHOOK_AUTH_TOKEN=…,${account ?? "AC…"}=…`,
  };
}
