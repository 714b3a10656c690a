import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { nextPath } from "../../src/site/next-path.ts";

const SITE = "https://ops.example.com";
const pieces = fc.constantFrom(
  "/",
  "\\",
  "//",
  "sms",
  "..",
  ".",
  "%2e",
  "@",
  ":",
  "https:",
  "evil.example.com",
  "?",
  "#",
  "\t",
  "\n",
  "\r",
  " ",
  "%00",
  "a",
  "é",
  ";",
  "&",
  "=",
);

test("any next path keeps the browser on this site and below its base path", () => {
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((list) => list.join("")),
    fc.array(pieces, { maxLength: 12 }).map((list) => `/sms/${list.join("")}`),
    fc.string({ unit: "binary" }),
  );
  let kept = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const path = nextPath(text, "/sms");
      if (path === undefined) return;
      kept++;
      const url = new URL(path, `${SITE}/sms/login`);
      expect(url.origin).toBe(SITE);
      expect(`${url.pathname}/`).toStartWith("/sms/");
      expect(path).toMatch(/^\/[\x21-\x7e]*$/);
    }),
    { numRuns: 5_000 },
  );
  expect(kept).toBeGreaterThan(0);
});

test("pages and their filters are kept", () => {
  for (const path of [
    "/",
    "/messages",
    "/messages?q=status%3Afailed%20-country%3AUS&older=7",
    "/numbers/%2B14155550123",
  ])
    expect(nextPath(path, "")).toBe(path);
  expect(nextPath("/sms", "/sms")).toBe("/sms");
  expect(nextPath(`/${"x".repeat(2_000)}`, "")).toBeUndefined();
});
