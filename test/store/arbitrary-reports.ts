import { fc } from "../support/fast-check.ts";
import type { NewEvent } from "../../src/store/store.ts";
import { arbitraryCallback } from "./arbitrary-callbacks.ts";

const time = fc.constantFrom(
  null,
  Date.UTC(2026, 10, 23, 12, 29, 58),
  Date.UTC(2026, 10, 23, 12, 30, 0, 250),
  Date.UTC(2026, 10, 23, 12, 34, 0, 1),
);
const carrier = fc.constantFrom(
  { mcc: null, mnc: null },
  { mcc: "310", mnc: "260" },
  { mcc: "310", mnc: "004" },
);

/** A report of any source out of few values, so that several of one event confirm and contradict each other. */
export function arbitraryReport(
  account: fc.Arbitrary<string>,
): fc.Arbitrary<NewEvent> {
  return fc
    .record({
      callback: arbitraryCallback(account),
      source: fc.constantFrom("callback", "stream", "api"),
      occurredAt: time,
      codes: carrier,
      errorMessage: fc.constantFrom(null, null, "Blocked"),
      extra: fc.constantFrom("1", "2"),
    })
    .map(({ callback, source, occurredAt, codes, ...other }): NewEvent => {
      if (source === "callback") return callback;
      const said = { ...callback, ...codes, occurredAt };
      return source === "stream"
        ? { ...said, source, errorMessage: null, params: [["x", other.extra]] }
        : { ...said, source, errorMessage: other.errorMessage, params: [] };
    });
}
