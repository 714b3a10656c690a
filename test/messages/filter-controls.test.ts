import { describe, expect, test } from "bun:test";
import {
  controlledText,
  controlsOf,
  type Controls,
} from "../../src/messages/filter-controls.ts";
import { parseFilter } from "../../src/messages/filter-language.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const terms = (text: string) => parseFilter(text, NOW).terms;

test("the controls show the parts of a filter that they can", () => {
  const text =
    "status:failed,undelivered -channel:sms code:30003 country:germany from:ACME after:2026-11-01 before:2026-11-06 to:+1415";
  expect(controlsOf(terms(text))).toEqual({
    status: "failed,undelivered",
    channel: "",
    code: "30003",
    country: "DE",
    from: "ACME",
    after: "2026-11-01",
    until: "2026-11-05",
  });
  const beyond = controlsOf(
    terms("status:sent,failed code:1,2 after:24h before:2026-11-06T10:00"),
  );
  expect(Object.values(beyond).join("")).toBe("");
});

describe("a control changes only its own term", () => {
  for (const [text, controls, changed] of [
    ["", { status: "failed" }, "status:failed"],
    ["status:failed code:1", { status: "" }, "code:1"],
    ["status:failed to:+1415", { status: "sent" }, "to:+1415 status:sent"],
    ["-status:read", { status: "sent" }, "-status:read status:sent"],
    ["code:1 code:2", { code: "3" }, "code:2 code:3"],
    ["after:24h", { after: "2026-11-01" }, "after:24h after:2026-11-01"],
    ["", { until: "2026-11-30" }, "before:2026-12-01"],
    ["before:2026-12-01", { until: "2026-11-02" }, "before:2026-11-03"],
    ["4915 status:sent 0123", { status: "" }, '"4915" "0123"'],
    ["foo:bar status:", { code: "7" }, "foo:bar code:7"],
    ["", { from: "ACME, Inc" }, 'from:"ACME, Inc"'],
    ["", { code: "abc" }, "code:abc"],
  ] as const satisfies readonly (readonly [
    string,
    Partial<Controls>,
    string,
  ])[]) {
    test(`${text || "nothing"} and ${JSON.stringify(controls)}`, () =>
      expect(controlledText(terms(text), controls)).toBe(changed));
  }
});
