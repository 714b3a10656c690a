import type { NewRefusal } from "../store/refusals.ts";
import type { Advice, Step } from "./advice-shape.ts";
import type { Arrived, Unexplained } from "../store/diagnosis.ts";
import { unexplainedKeyAdvice } from "./key-advice.ts";

/** A callback that was proven so long before tells that the auth token was right then. */
const PROVEN_BEFORE_MS = 24 * 3_600_000;

const MISSHAPEN =
  "Its X-Twilio-Signature has not the form of Twilio’s: 28 characters, or 44 with a shared key, once.";
const UNEXPLAINED =
  "Nothing would have matched: nobody who has one of your tokens signed it, for this address or a likely variant of it.";
const PASS_ON_THE_HEADER: Step = {
  text: "If Twilio sent it, something on the way changes the header X-Twilio-Signature, or sends it twice: let it pass on as it arrives. If nobody of yours tried this, nothing needs to be done.",
};

const NOT_KEPT: Arrived = { account: null, hasQuery: false, hasBody: true };

/** What to say of a signature that nothing explains. */
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
        ? "It names an account of yours, so the auth token is probably another by now."
        : "It has the form of Twilio’s, so the auth token is probably another.",
    ],
    steps: [
      compareToken("", account),
      {
        text: "If the token is right, a proxy changes the request in a way that cannot be guessed: a path that it takes off (then set PUBLIC_URL), a query or header that it changes or drops.",
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
        "Its body is empty, which Twilio’s never is: a proxy dropped it, or somebody made it up.",
      ],
      steps: [
        {
          text: "If Twilio sent it, let the proxy pass the body on. If not, nothing needs to be done.",
        },
      ],
    };
  }
  return account === null
    ? {
        sentences: [what, "It names no account, so it is not from Twilio."],
        steps: [{ text: "Nothing needs to be done." }],
      }
    : {
        sentences: [what, "It names an account that is none of yours so far."],
        steps: [
          {
            text: "If it is a sub-account of yours, add its auth token, and restart smsledger. If not, nothing needs to be done.",
            setting: `TWILIO_WEBHOOK_AUTH_TOKEN=…,${account}=…`,
          },
        ],
      };
}

function provenWords(provenAt: number, firstAt: number): string {
  return provenAt > firstAt
    ? "Other callbacks of its account were proven since, so the auth token is right: something on the way changes the request, or somebody made it up."
    : "Other callbacks of its account were proven in the day before, so the auth token was right then: unless it was changed since, something on the way changes the request, or somebody made it up.";
}

/** What to compare when the token is right. */
function onTheWay(account: string | null, hasQuery: boolean): Step[] {
  return [
    {
      text: hasQuery
        ? "Compare the path and the query that arrived with the callback URL in Twilio, sign by sign. A proxy must not add to them, drop, sort or escape anew; a path that it takes off has to be in PUBLIC_URL."
        : "It arrived without a query: if the callback URL in Twilio has one (?…), a proxy drops it. Compare the path, too: one that a proxy takes off has to be in PUBLIC_URL.",
    },
    {
      text: "Then compare the form that arrived with what Twilio’s log shows for the message: a proxy or firewall may change, drop or escape its values. Let it pass the body on as it arrives.",
    },
    compareToken(
      "If only tests of your own were proven, or none is any more since the token was changed: ",
      account,
    ),
  ];
}

function compareToken(when: string, account: string | null): Step {
  const text = `ompare TWILIO_WEBHOOK_AUTH_TOKEN with the auth token that the Twilio Console shows for ${account ?? "the account"}. Each sub-account signs with its own; several stand with commas between them:`;
  return {
    text: when === "" ? `C${text}` : `${when}c${text}`,
    setting: `TWILIO_WEBHOOK_AUTH_TOKEN=…,${account ?? "AC…"}=…`,
  };
}
