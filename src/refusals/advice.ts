import type { Refusal } from "../store/refusals.ts";
import {
  causeSentence,
  causeStep,
  namedAccount,
  type Explained,
  type Step,
} from "./cause-advice.ts";

/** What a refusal means, in words for the team. */
export type Advice = {
  /** What was wrong, a sentence each. */
  readonly sentences: readonly string[];
  /** What to do; the first is the likeliest. */
  readonly steps: readonly Step[];
};

const NOTHING: Step = { text: "Nothing needs to be done." };

/** Says what was wrong with a callback, and what to do. `hasPublicUrl`: PUBLIC_URL is set. */
export function adviceFor(
  refusal: Refusal,
  { hasPublicUrl }: { readonly hasPublicUrl: boolean },
): Advice {
  switch (refusal.check) {
    case "signature":
      return ofSignature(refusal, hasPublicUrl);
    case "signature-missing":
      return ofUnsigned(refusal);
    case "auth-token-missing":
      return {
        sentences: ["No auth token was set, so it could not be proven."],
        steps: [
          {
            text: "Copy the auth token from the Twilio Console, set it, and restart smsledger:",
            setting: "TWILIO_WEBHOOK_AUTH_TOKEN=…",
          },
        ],
      };
    case "fields":
      return {
        sentences: [
          `It is signed with your token, but is no status callback of a message. ${refusal.error}`,
        ],
        steps: [
          {
            text: "Use this URL in Twilio only for status callbacks of messages, not for calls or anything else.",
          },
        ],
      };
    case "store":
      return {
        sentences: [`It could not be made durable. ${refusal.error}`],
        steps: [
          {
            text: "Look at the disk and at smsledger’s log. Twilio tries again when the callback URL ends in #rc=5&rp=all.",
          },
        ],
      };
    case "method":
      return ofMethod(refusal);
    case "content-type":
      return ofContentType(refusal);
    case "size":
      return {
        sentences: [`${refusal.error} Twilio’s callbacks are far smaller.`],
        steps: [NOTHING],
      };
  }
}

function isExplained(refusal: Refusal): refusal is Explained {
  return refusal.diagnosis?.outcome === "explained";
}

function ofSignature(refusal: Refusal, hasPublicUrl: boolean): Advice {
  if (!isExplained(refusal)) return ofUnexplained(refusal);
  const { causes } = refusal.diagnosis;
  const steps = causes.map((cause) => causeStep(cause, refusal));
  const isOfAddress = steps.some(({ setting }) =>
    setting?.startsWith("PUBLIC_URL="),
  );
  const orInTwilio =
    isOfAddress && hasPublicUrl
      ? [
          {
            text: "If PUBLIC_URL is right as it is, correct the callback URL in Twilio instead.",
          },
        ]
      : [];
  return {
    sentences: causes.map((cause) => causeSentence(cause, refusal)),
    // Several causes may be mended by the same step.
    steps: [
      ...new Map(steps.map((step) => [step.text, step])).values(),
      ...orInTwilio,
    ],
  };
}

function ofUnexplained(refusal: Refusal): Advice {
  const { diagnosis, sent, standing } = refusal;
  const account = namedAccount(refusal);
  const isMisshapen = diagnosis?.outcome === "misshapen";
  const what = isMisshapen
    ? "Its X-Twilio-Signature has not the form of Twilio’s: 28 characters, once."
    : "Nothing would have matched: nobody who has one of your tokens signed it, for this address or a likely variant of it.";
  if (standing === "strange") {
    return account === undefined
      ? {
          sentences: [what, "It names no account, so it is not from Twilio."],
          steps: [NOTHING],
        }
      : {
          sentences: [
            what,
            "It names an account that is none of yours so far.",
          ],
          steps: [
            {
              text: "If it is a sub-account of yours, add its auth token, and restart smsledger. If not, nothing needs to be done.",
              setting: `TWILIO_WEBHOOK_AUTH_TOKEN=…,${account}=…`,
            },
          ],
        };
  }
  const whose =
    standing === "known"
      ? "It names an account of yours, so the auth token is probably another by now."
      : "It has the form of Twilio’s, so the auth token is probably another.";
  return {
    sentences:
      sent.bodyBytes === 0
        ? [what, "Its body is empty: a proxy may have dropped it."]
        : isMisshapen
          ? [what]
          : [what, whose],
    steps: [
      {
        text: `Compare TWILIO_WEBHOOK_AUTH_TOKEN with the auth token that the Twilio Console shows for ${account ?? "the account"}. Each sub-account signs with its own; several stand with commas between them:`,
        setting: `TWILIO_WEBHOOK_AUTH_TOKEN=…,${account ?? "AC…"}=…`,
      },
      {
        text: "If the token is right, a proxy changes the request in a way that cannot be guessed: a path that it takes off (then set PUBLIC_URL), a query or header that it changes or drops.",
      },
    ],
  };
}

function ofUnsigned({ standing }: Refusal): Advice {
  return standing === "strange"
    ? {
        sentences: ["It has no signature, so it is not from Twilio."],
        steps: [
          {
            text: "Nothing needs to be done. Whoever knows the address can post to it, and is refused; smsledger’s own doctor does, to see where the address leads.",
          },
        ],
      }
    : {
        sentences: [
          "It has no signature, so it cannot be told from a forged one.",
        ],
        steps: [
          {
            text: "If Twilio sent it, a proxy takes off the header X-Twilio-Signature: let it pass on. If nobody of yours tried this, nothing needs to be done.",
          },
        ],
      };
}

function ofMethod(refusal: Refusal): Advice {
  const { method } = refusal.sent;
  return isExplained(refusal)
    ? {
        sentences: [`Twilio called with ${method}.`],
        steps: [
          {
            text: "Choose POST as the method where the callback URL is set in Twilio.",
          },
        ],
      }
    : {
        sentences: [
          `Somebody called with ${method}, such as a browser or a scanner.`,
        ],
        steps: [NOTHING],
      };
}

function ofContentType(refusal: Refusal): Advice {
  return isExplained(refusal)
    ? {
        sentences: ["Twilio signed it, but its body is no form."],
        steps: [causeStep("json-body", refusal)],
      }
    : {
        sentences: ["Its body is no form, which Twilio’s callbacks are."],
        steps: [NOTHING],
      };
}
