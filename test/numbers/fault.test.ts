import { expect, test } from "bun:test";
import {
  adviceFor,
  faultKindOf,
  faultOf,
  goneCodes,
} from "../../src/numbers/fault.ts";
import {
  explainErrorCode,
  knownErrorCodes,
} from "../../src/twilio/error-codes/error-codes.ts";

test("unknown, landline and opted-out numbers are not to be sent to again", () => {
  for (const code of [30005, 30006, 21610])
    expect([code, faultOf(code)]).toEqual([code, "gone"]);
});

test("who unsubscribed is told from whose number is lost, and neither is worth another try", () => {
  for (const code of [30005, 30006, 21614])
    expect([code, faultKindOf(code)]).toEqual([code, "lost"]);
  for (const code of [21610, 63033])
    expect([code, faultKindOf(code)]).toEqual([code, "unsubscribed"]);
  expect(faultKindOf(30004)).toBe("gone");
  expect(faultKindOf(30003)).toBe("retry");
  expect(faultKindOf(null)).toBe("retry");
  for (const code of knownErrorCodes())
    expect([code, faultKindOf(code) === "retry"]).toEqual([
      code,
      faultOf(code) === "retry",
    ]);
});

test("what is nobody's fault, or not the recipient's, is worth another try", () => {
  for (const code of [30003, 30007, 30008, 99_999, null])
    expect([code, faultOf(code)]).toEqual([code, "retry"]);
});

test("the codes of numbers not to send to again are those, and no others", () => {
  const codes = goneCodes();
  expect(codes.length).toBeGreaterThan(5);
  for (const code of knownErrorCodes())
    expect([code, codes.includes(code)]).toEqual([
      code,
      faultOf(code) === "gone",
    ]);
});

test("what to do is one whole sentence, whatever the code", () => {
  const codes = knownErrorCodes().filter(
    (code) => explainErrorCode(code).explanation !== undefined,
  );
  for (const code of [...codes, 99_999, null]) {
    const advice = adviceFor(code);
    expect([code, advice]).toEqual([
      code,
      expect.stringMatching(/^[A-Z].{8,140}[.!?]$/),
    ]);
  }
});
