import type { NewRefusal } from "../store/refusals.ts";
import { looksShifted } from "../twilio/form-format.ts";
import {
  BODY_CHANGED,
  BODY_NOT_SIGNED,
  NO_SHARED_KEY,
  NOT_OF_TOKEN,
} from "../receiver/refusal.ts";
import { addressAdvice, isAddressCause } from "./address-advice.ts";
import { causeSentence, causeStep } from "./cause-advice.ts";
import type { Advice, Explained, Step } from "./advice-shape.ts";
import { keySetting, noTokenAdvice } from "./key-advice.ts";
import { unexplainedAdvice } from "./unexplained-advice.ts";
import { wrongAddressAdvice } from "./wrong-address.ts";

const NO_KEY_SET: Advice = {
  sentences: [
    "It says that a shared key signed it, but no shared key was set, so it couldn’t be verified.",
  ],
  steps: [
    {
      text: "Set the secret that Twilio returned when the key was created, and restart smsledger:",
      setting: keySetting(null),
    },
  ],
};
const NOTHING: Step = { text: "No action needed." };

const OTHER_ACCOUNT: Advice = {
  sentences: [
    "It’s signed with one of your tokens or keys, but names a different account than the one its message belongs to. The message didn’t change.",
  ],
  steps: [
    {
      text: "Twilio reports each message under one account only, so someone with this account’s token forged the callback: find out who, and change the token in the Twilio Console.",
    },
    {
      text: "Bind each token to its account, so that it can’t sign for others:",
      setting: "TWILIO_WEBHOOK_AUTH_TOKEN=AC…=…,AC…=…",
    },
  ],
};

const OTHER_ACCOUNTS_TOKEN: Advice = {
  sentences: [
    "It’s signed with a token that is bound to one account, but has an event of another account. None of its events was recorded.",
  ],
  steps: [
    {
      text: "If the other account is yours, write the token without an account in front, and restart smsledger. If not, someone with the token forged it: change the token in the Twilio Console.",
      setting: "TWILIO_WEBHOOK_AUTH_TOKEN=…",
    },
  ],
};
const CHANGED_BODY: Advice = {
  sentences: [
    "Twilio signed its address, but the body isn’t the one that Twilio sent: its hash differs from bodySHA256 in the query.",
  ],
  steps: [
    {
      text: "Configure whatever is between Twilio and smsledger (a relay, gateway, or firewall) to pass the body on unchanged, to the last byte. Event Streams try again for four hours.",
    },
  ],
};
const UNSIGNED_BODY: Advice = {
  sentences: [
    "It’s signed with one of your tokens or keys, but its query has no bodySHA256, with which Twilio signs the events.",
  ],
  steps: [
    {
      text: "Use this URL in Twilio only as the destination of an Event Streams sink. If your own program signed it, it has to add the hash of the body.",
    },
  ],
};

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
      if (refusal.error === BODY_CHANGED.error) return CHANGED_BODY;
      if (refusal.error === BODY_NOT_SIGNED.error) return UNSIGNED_BODY;
      return ofSignature(refusal, hasPublicUrl);
    case "signature-missing":
      return ofUnsigned(refusal);
    case "auth-token-missing":
      if (refusal.error === NO_SHARED_KEY.error) return NO_KEY_SET;
      return {
        sentences: ["No auth token was set, so it couldn’t be verified."],
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
        : ofFields(refusal);
    case "account":
      return refusal.error === NOT_OF_TOKEN.error
        ? OTHER_ACCOUNTS_TOKEN
        : OTHER_ACCOUNT;
    case "store":
      return {
        sentences: [`It couldn’t be saved to disk. ${refusal.error}`],
        steps: [
          {
            text: "Check the disk and smsledger’s log. Twilio retries if the callback URL ends in #rc=5&rp=all.",
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

function ofFields({ error, channel }: NewRefusal): Advice {
  if (channel === "events")
    return {
      sentences: [
        `It’s signed with one of your tokens or keys, but it isn’t what Event Streams post. ${error}`,
      ],
      steps: [
        {
          text: "Use this URL in Twilio only as the destination of an Event Streams sink. If it is one, report this: Twilio may have changed the format.",
        },
      ],
    };
  return {
    sentences: [
      `It’s signed with one of your tokens or keys, but it isn’t a status callback in Twilio’s format. ${error}`,
    ],
    steps: [
      {
        text: "Use this URL in Twilio only for message status callbacks, not for calls or anything else.",
      },
    ],
  };
}

function ofShifted({ error }: NewRefusal): Advice {
  return {
    sentences: [
      error,
      "Twilio signs names and values without separators, so anyone who captured a callback can move text from one field to another.",
    ],
    steps: [
      {
        text: "If Twilio’s log shows the same form for the message, a new parameter or a tag looks like one of its fields: use different tags in the callback URL.",
      },
      {
        text: "If not, someone captured a callback: check who can read your proxy’s traffic and logs. The genuine callback isn’t affected.",
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
    // Several causes may need the same step.
    steps: [...new Map(steps.map((step) => [step.text, step])).values()],
  };
}

function ofUnsigned({ standing }: NewRefusal): Advice {
  return standing === "strange"
    ? {
        sentences: ["It has no signature, so it isn’t from Twilio."],
        steps: [
          {
            text: "No action needed. Anyone who knows the address can post to it and is refused. smsledger doctor does so, too, to see where the address leads.",
          },
        ],
      }
    : {
        sentences: ["It has no signature, so it could be forged."],
        steps: [
          {
            text: "If Twilio sent it, a proxy removes the X-Twilio-Signature header: configure it to pass the header on. If it wasn’t Twilio, no action is needed.",
          },
        ],
      };
}

/** Twilio always posts a message's callback: there is no method to choose. */
function ofMethod(refusal: NewRefusal): Advice {
  const { method } = refusal.sent;
  if (refusal.channel === "events" && isExplained(refusal))
    return {
      sentences: [`Twilio’s post of Event Streams arrived with ${method}.`],
      steps: [
        {
          text: "Create the sink again with the method POST, as Settings shows. If it has that, something on the way changes the method, such as a redirect.",
        },
      ],
    };
  if (refusal.diagnosis === null) {
    return {
      sentences: [
        `Someone called with ${method}, for example with a browser or a scanner.`,
      ],
      steps: [NOTHING],
    };
  }
  const isRead = method === "GET" || method === "HEAD";
  const what = isRead
    ? "A redirect turns Twilio’s POST into a GET and drops the form."
    : "Twilio always posts, so something on the way changes the method.";
  const step: Step = {
    text: isRead
      ? "In Twilio, use a callback URL that isn’t redirected: with https://, the final host name, and no trailing slash."
      : "Configure the proxy or relay to pass the request on unchanged.",
  };
  return isExplained(refusal)
    ? {
        sentences: [`Twilio’s callback arrived with ${method}.`, what],
        steps: [step],
      }
    : {
        sentences: [
          `It has a signature and arrived with ${method}: either a callback that was changed on the way, or a forged request.`,
          what,
        ],
        steps: [
          step,
          {
            text: "If no callbacks are missing, no action is needed.",
          },
        ],
      };
}

function ofContentType(refusal: NewRefusal): Advice {
  const { diagnosis, sent, channel } = refusal;
  const isStream = channel === "events";
  const [what, post] = isStream
    ? ["JSON", "post of Event Streams"]
    : ["a form", "Twilio callback"];
  const passOn: Step = {
    text: `Configure whatever is between Twilio and smsledger (a relay, gateway, or workflow tool) to pass the body on unchanged, as ${isStream ? "application/json" : "application/x-www-form-urlencoded"}.`,
  };
  if (diagnosis === null) {
    return {
      sentences: [`Its body isn’t ${what}, so it isn’t a ${post}.`],
      steps: [NOTHING],
    };
  }
  if (!isExplained(refusal)) {
    return {
      sentences: [
        `It has a signature, but its body isn’t ${what}: either a ${isStream ? post : "callback"} that was changed on the way, or a forged request.`,
      ],
      steps: [
        passOn,
        { text: "If no callbacks are missing, no action is needed." },
      ],
    };
  }
  const { causes } = refusal.diagnosis;
  if (isStream)
    return causes.includes("form-body")
      ? {
          sentences: [causeSentence("form-body", refusal)],
          steps: [causeStep("form-body", refusal)],
        }
      : {
          sentences: [
            "Twilio signed it, but its content type isn’t that of JSON.",
          ],
          steps: [passOn],
        };
  const isForm = !refusal.diagnosis.causes.some(
    (cause) => cause === "json-body" || cause === "body-unsigned",
  );
  return isForm && sent.params !== null
    ? {
        sentences: [
          "Twilio signed this form, but something on the way turned it into JSON or changed its content type.",
        ],
        steps: [passOn],
      }
    : {
        sentences: ["Twilio signed it, but its body isn’t a form."],
        steps: [causeStep("json-body", refusal)],
      };
}
