import { expect, test } from "bun:test";
import { adviceFor, faultOf, goneCodes } from "../../src/numbers/fault.ts";
import {
  explainErrorCode,
  knownErrorCodes,
} from "../../src/twilio/error-codes/error-codes.ts";

test("unknown, landline and opted-out numbers are gone for good", () => {
  for (const code of [30005, 30006, 21610])
    expect([code, faultOf(code)]).toEqual([code, "gone"]);
});

test("what is nobody's fault, or not the recipient's, is worth another try", () => {
  for (const code of [30003, 30007, 30008, 99_999, null])
    expect([code, faultOf(code)]).toEqual([code, "retry"]);
});

test("the codes of numbers that are gone are those, and no others", () => {
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
