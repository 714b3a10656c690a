import { describe, expect, test } from "bun:test";
import { NEW_PARAMETER_RUNS, SHIFT_RUNS } from "./sdk-verdict.ts";
import { fc } from "../support/fast-check.ts";
import { parseCallback } from "../../src/twilio/callback.ts";
import { parseForm, type FormParams } from "../../src/twilio/form.ts";
import { formFault } from "../../src/twilio/form-format.ts";
import { capturedCallbacks } from "../support/captured-callbacks.ts";
import { callbackParams } from "../support/twilio-client.ts";
import {
  changesOf,
  isSigned,
  readings,
  signedText,
  type Sent,
} from "./resplits.ts";
import { someOf } from "../support/long-runs.ts";

/**
 * Returns what is recorded of a form, without texts that nothing depends on, or its fault
 * if it's refused.
 */
function recorded({ query, params }: Sent): unknown {
  const callback = parseCallback("sms", params);
  if ("fault" in callback) return callback.fault;
  const fault = formFault(params, query);
  if (fault !== undefined) return fault;
  return {
    ...callback,
    params: null,
    errorMessage: null,
    tags: parseForm(query).params,
  };
}

/** Returns the changes that are accepted although they change the record. */
function falsified(genuine: Sent, changed: Iterable<Sent>): Sent[] {
  const right = JSON.stringify(recorded(genuine));
  const text = signedText(genuine);
  const wrong: Sent[] = [];
  for (const each of changed) {
    if (!isSigned(each)) continue;
    if (signedText(each) !== text)
      throw new Error("The signed text has changed.");
    const got = recorded(each);
    if (typeof got !== "string" && JSON.stringify(got) !== right)
      wrong.push(each);
  }
  return wrong;
}

const QUERIES = [
  "",
  "campaign=spring",
  "order=4711&campaign=SALE",
  "ref=A1B2&team=cartAbandoned",
  "note=it%27s+Account",
  "EventTypeId=7&ErrorMessageText=1&flow=OrderFromWeb%20To123",
];

const captured = capturedCallbacks.map(({ what, body }, index) => ({
  name: `${what} (${index})`,
  params: parseForm(body).params,
}));

const more: Record<string, Record<string, string>> = {
  "an alphanumeric sender": { From: "GRANDHOTEL", MessageStatus: "delivered" },
  "a mixed-case sender": { From: "MyHotel", MessageStatus: "sent" },
  "a bank of that city": { From: "CityBank", MessageStatus: "sent" },
  "a sender of two words": { From: "Zeus Bar", MessageStatus: "sent" },
  "an RCS agent": { From: "rcs:acme_agent", To: "rcs:+14155550123" },
  "a WhatsApp user ID": {
    From: "whatsapp:+14155559000",
    To: "whatsapp:US.13491208655302741918",
    EventType: "READ",
    MessageStatus: "read",
  },
  "a bare user ID": { To: "US.13491208655302741918" },
  "an error message": {
    MessageStatus: "undelivered",
    ErrorCode: "30005",
    ErrorMessage: "Unknown destination handset",
    NumSegments: "2",
  },
  "a carrier's date in another format": { RawDlrDoneDate: "2023-03-22 23:38" },
  "a carrier's date of zero": { RawDlrDoneDate: "0" },
  "a text about fields": {
    Body: "The fields are To, From and ErrorCode: see MessageStatus below",
  },
  "new parameters": { Mcc: "310", NewThing: "1", Zeta: "a b" },
  "an empty text before an error code": {
    Body: "",
    ChannelStatusMessage: "",
    ErrorCode: "30005",
  },
};
const genuine: readonly { name: string; params: FormParams }[] = [
  ...captured,
  ...Object.entries(more).map(([name, params]) => ({
    name,
    params: Object.entries(callbackParams(params)),
  })),
];

/**
 * Reports whether a new parameter would be a shift: it contains a field's name, in its name
 * or across the end of its name (`BaT` with `o123`), or it's the masked end of the number
 * before it (`XXX`). Twilio names parameters by whole words, so it posts no such parameter.
 */
function readsAsShifted(name: string, value: string): boolean {
  return /To|From|Sid|Status|Error|^X+$/.test(name + value);
}

describe("every callback as Twilio posts it is accepted", () => {
  test.each(genuine)("$name", ({ params }) => {
    const [, prefix] = /^(\w+):/.exec(new Map(params).get("To") ?? "") ?? [];
    for (const query of QUERIES)
      expect(recorded({ query, params })).toMatchObject({
        channel: prefix ?? "sms",
      });
  });

  test("also with a new one before the account's SID", () => {
    for (const name of ["AccountName", "A2pCampaignSid", "AIScore"])
      for (const query of QUERIES) {
        const params = Object.entries(callbackParams({ [name]: "Acme" }));
        expect(recorded({ query, params })).toMatchObject({ channel: "sms" });
      }
  });

  test("also with a new one that ends with a known name", () => {
    const names = ["CarrierErrorCode", "ChannelErrorCode", "LastErrorMessage"];
    const withoutText = captured.filter(
      ({ params }) => !params.some(([name]) => name === "Body"),
    );
    for (const query of QUERIES)
      for (const { params } of withoutText)
        for (const name of names) {
          const sent = { query, params: [...params, [name, "63016"]] as const };
          expect(recorded(sent)).toEqual(recorded({ query, params }));
        }
  });

  test("also with such a one after a status", () => {
    const params = captured[0]?.params ?? [];
    const sent = {
      query: "",
      params: [...params, ["NetworkErrorMessage", "a"]] as const,
    };
    expect(recorded(sent)).toEqual(recorded({ query: "", params }));
  });

  test("also with a new parameter", () => {
    const name = fc.stringMatching(/^[B-Z][A-Za-z0-9]{2,14}$/);
    const value = fc.oneof(
      fc.stringMatching(/^[a-z0-9]{0,12}$/),
      fc.string({ unit: "binary", maxLength: 12 }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...captured),
        fc.constantFrom(...QUERIES),
        name,
        value,
        ({ params }, query, newName, newValue) => {
          fc.pre(!params.some(([each]) => each === newName));
          fc.pre(!readsAsShifted(newName, newValue));
          const sent = {
            query,
            params: [...params, [newName, newValue]] as const,
          };
          expect(recorded(sent)).toEqual(recorded({ query, params }));
        },
      ),
      { numRuns: NEW_PARAMETER_RUNS },
    );
  });
});

describe("a parameter that hides the end or the start of a field is refused", () => {
  const withoutSender = captured.filter(
    ({ params }) => !params.some(([name]) => name === "From"),
  );
  const withoutRecipient = captured.filter(
    ({ params }) => !params.some(([name]) => name === "To"),
  );
  const hidden: readonly [string, string, string, typeof captured][] = [
    ["a recipient's name", "BaT", "o123", withoutRecipient],
    ["a sender's name", "BaF", "roma", withoutSender],
    ["an error code's name", "BaE", "rrorCode1", captured.slice(0, 1)],
    ["the end of a masked recipient", "XXX", "", captured.slice(0, 1)],
  ];
  test.each(hidden)("%s (%s=%s)", (_, name, value, callbacks) => {
    expect(readsAsShifted(name, value)).toBe(true);
    expect(callbacks).not.toBeEmpty();
    for (const query of QUERIES)
      for (const { params } of callbacks) {
        const sent = { query, params: [...params, [name, value]] as const };
        expect(recorded(sent)).toStartWith("The form looks shifted: ");
      }
  });
});

describe("no single shift of a boundary falsifies the record", () => {
  test.each(genuine)("$name", ({ params }) => {
    for (const query of QUERIES) {
      const sent = { query, params };
      expect(falsified(sent, changesOf(sent))).toEqual([]);
    }
  });
});

describe("no other reading of a signed text falsifies the record", () => {
  const names = [
    ...new Set(genuine.flatMap(({ params }) => params.map(([name]) => name))),
    "FromCity",
    "SmsMessageSid",
  ];

  test.each(someOf(genuine, 4))(
    "$name, with one invented parameter",
    ({ params }) => {
      const sent = { query: "", params };
      const others = readings(signedText(sent), names, 5);
      const changed = others.map((each) => ({ query: "", params: each }));
      expect(falsified(sent, changed)).toEqual([]);
    },
  );

  test("with up to five boundaries shifted at random", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...genuine),
        fc.constantFrom(...QUERIES),
        fc.array(fc.nat(), { minLength: 2, maxLength: 5 }),
        ({ params }, query, choices) => {
          const sent = { query, params };
          let changed: Sent = sent;
          for (const choice of choices) {
            // Forms refused for a malformed field rarely lead anywhere.
            const next = [...changesOf(changed)].filter(isSigned);
            changed = next[choice % next.length] ?? changed;
            expect(falsified(sent, [changed])).toEqual([]);
          }
        },
      ),
      { numRuns: SHIFT_RUNS },
    );
  });
});
