import type { NewRefusal } from "../store/refusals.ts";
import { looksShifted } from "../twilio/form-format.ts";
import { NO_SHARED_KEY } from "../receiver/refusal.ts";
import { addressAdvice, isAddressCause } from "./address-advice.ts";
import { causeSentence, causeStep } from "./cause-advice.ts";
import type { Advice, Explained, Step } from "./advice-shape.ts";
import { keySetting, noTokenAdvice } from "./key-advice.ts";
import { unexplainedAdvice } from "./unexplained-advice.ts";
import { wrongAddressAdvice } from "./wrong-address.ts";

const NO_KEY_SET: Advice = {
  sentences: [
    "It says that a shared key signed it, and no shared key was set, so it could not be verified.",
  ],
  steps: [
    {
      text: "Set the secret that Twilio returned when the key was created, and restart smsledger:",
      setting: keySetting(null),
    },
  ],
};
const NOTHING: Step = { text: "Nothing needs to be done." };

/**
 * Says what was wrong with a callback, and what to do. It goes by what makes refusals
 * equal, so that one line of the list never has another's advice. `hasPublicUrl`:
 * PUBLIC_URL is set.
 */
export function adviceFor(
  refusal: NewRefusal,
  { hasPublicUrl }: { readonly hasPublicUrl: boolean },
): Advice {
  switch (refusal.check) {
    case "address":
      return wrongAddressAdvice(refusal);
    case "signature":
      return ofSignature(refusal, hasPublicUrl);
    case "signature-missing":
      return ofUnsigned(refusal);
    case "auth-token-missing":
      if (refusal.error === NO_SHARED_KEY.error) return NO_KEY_SET;
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
      return looksShifted(refusal.error)
        ? ofShifted(refusal)
        : {
            sentences: [
              `It is signed with one of your tokens or keys, but isn’t a status callback as Twilio posts it. ${refusal.error}`,
            ],
            steps: [
              {
                text: "Use this URL in Twilio only for status callbacks of messages, not for calls or anything else.",
              },
            ],
          };
    case "account":
      return {
        sentences: [
          "It is signed with one of your tokens or keys, but names another account than the one its message belongs to. Nothing about the message changed.",
        ],
        steps: [
          {
            text: "Twilio reports a message under one account only, so somebody who has this account’s token made the callback up: find out who, and change the token in the Twilio Console.",
          },
          {
            text: "Bind each account’s token to the account, so that it can sign for no other:",
            setting: "TWILIO_WEBHOOK_AUTH_TOKEN=AC…=…,AC…=…",
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

function ofShifted({ error }: NewRefusal): Advice {
  return {
    sentences: [
      error,
      "Twilio signs names and values without anything between them, so anyone who captured a callback can move text from one field to another.",
    ],
    steps: [
      {
        text: "If the form below is what Twilio’s log shows for the message, a new parameter or a tag looks like one of its fields: use other tags in the callback URL.",
      },
      {
        text: "If not, somebody could read a callback on its way: check who can read your proxy’s traffic and logs. The genuine callback isn’t affected.",
      },
    ],
  };
}

function isExplained(refusal: NewRefusal): refusal is NewRefusal & Explained {
  return refusal.diagnosis?.outcome === "explained";
}

function ofSignature(refusal: NewRefusal, hasPublicUrl: boolean): Advice {
  const { diagnosis } = refusal;
  if (diagnosis?.outcome !== "explained")
    return (
      noTokenAdvice(refusal) ??
      unexplainedAdvice(refusal, diagnosis ?? { outcome: "unexplained" })
    );
  const explained: Explained = { ...refusal, diagnosis };
  const { causes } = diagnosis;
  const address = addressAdvice(
    causes.filter(isAddressCause),
    explained,
    hasPublicUrl,
  );
  const others = causes.filter((cause) => !isAddressCause(cause));
  const steps = [
    ...address.steps,
    ...others.map((cause) => causeStep(cause, explained)),
  ];
  return {
    sentences: [
      ...address.sentences,
      ...others.map((cause) => causeSentence(cause, explained)),
    ],
    // Several causes may be mended by the same step.
    steps: [...new Map(steps.map((step) => [step.text, step])).values()],
  };
}

function ofUnsigned({ standing }: NewRefusal): Advice {
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

/** Twilio always posts a message's callback: there is no method to choose. */
function ofMethod(refusal: NewRefusal): Advice {
  const { method } = refusal.sent;
  if (refusal.diagnosis === null) {
    return {
      sentences: [
        `Somebody called with ${method}, such as a browser or a scanner.`,
      ],
      steps: [NOTHING],
    };
  }
  const isRead = method === "GET" || method === "HEAD";
  const what = isRead
    ? "A redirect on the way turns Twilio’s POST into a GET and loses the form."
    : "Something on the way changes the method, as Twilio always posts.";
  const step: Step = {
    text: isRead
      ? "In Twilio, write the callback URL so that nothing redirects it: with https://, the final host name, and no slash at the end."
      : "Let the proxy or relay pass the request on just as it arrives.",
  };
  return isExplained(refusal)
    ? {
        sentences: [`Twilio’s callback arrived with ${method}.`, what],
        steps: [step],
      }
    : {
        sentences: [
          `It has a signature and came with ${method}: a callback that was changed on the way, or a request that somebody made up.`,
          what,
        ],
        steps: [
          step,
          {
            text: "If no callbacks are missing, nothing needs to be done.",
          },
        ],
      };
}

function ofContentType(refusal: NewRefusal): Advice {
  const { diagnosis, sent } = refusal;
  const passOn: Step = {
    text: "Let whatever is between Twilio and smsledger, such as a relay, a gateway or a workflow tool, pass the body on just as it arrives: as application/x-www-form-urlencoded.",
  };
  if (diagnosis === null) {
    return {
      sentences: ["Its body is no form, which Twilio’s callbacks are."],
      steps: [NOTHING],
    };
  }
  if (!isExplained(refusal)) {
    return {
      sentences: [
        "It has a signature, but its body is no form, which Twilio’s callbacks are: a callback that was changed on the way, or a request that somebody made up.",
      ],
      steps: [
        passOn,
        { text: "If no callbacks are missing, nothing needs to be done." },
      ],
    };
  }
  const isForm = !refusal.diagnosis.causes.some(
    (cause) => cause === "json-body" || cause === "body-unsigned",
  );
  return isForm && sent.params !== null
    ? {
        sentences: [
          "Twilio signed this form, but it arrived as something else: something on the way turned it into JSON or changed its content type.",
        ],
        steps: [passOn],
      }
    : {
        sentences: ["Twilio signed it, but its body is no form."],
        steps: [causeStep("json-body", refusal)],
      };
}
