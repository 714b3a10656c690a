import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { fc } from "../../support/fast-check.ts";
import { ntfy } from "../../../src/alerts/channels/ntfy/ntfy.ts";
import { bytesOf, oneLine } from "../../../src/alerts/channels/text.ts";
import { heading } from "../../../src/alerts/channels/wording.ts";
import { anyNotice, FIRING, RESOLVED } from "./notices.ts";
import { bodyAs, httpRequest, visible } from "./requests.ts";

const SETTINGS = { topic: "sms-alerts-Zq7" };
const STRICT = { additionalProperties: false };

/** Source: docs.ntfy.sh/publish, "Publish as JSON", "Action buttons" and "Limitations". */
const MESSAGE = Type.Object(
  {
    topic: Type.String({ pattern: "^[-_A-Za-z0-9]{1,64}$" }),
    title: Type.String({ minLength: 1 }),
    message: Type.String({ minLength: 1 }),
    priority: Type.Integer({ minimum: 1, maximum: 5 }),
    tags: Type.Array(Type.String(), { maxItems: 1 }),
    click: Type.Optional(Type.String({ pattern: "^https://" })),
    actions: Type.Array(
      Type.Object(
        {
          action: Type.Literal("view"),
          label: Type.String({ minLength: 1 }),
          url: Type.String({ pattern: "^https://" }),
        },
        STRICT,
      ),
      { maxItems: 3 },
    ),
  },
  STRICT,
);

test("any notice becomes a message within ntfy’s limits, in which apps find no links", () => {
  fc.assert(
    fc.property(anyNotice, (notice) => {
      const { body, headers } = httpRequest(ntfy, SETTINGS, notice);
      const { title, message } = bodyAs(MESSAGE, body);
      expect(bytesOf(title)).toBeLessThanOrEqual(1_024);
      expect(bytesOf(message)).toBeLessThanOrEqual(4_096);
      expect(`${title}\n${message}`).not.toMatch(/:\/\/|www\.\w/);
      expect(oneLine(heading(notice))).toStartWith(
        visible(title.replace(/…$/, "")),
      );
      // Texts are in the body, never in a header.
      expect(headers).toEqual({ "content-type": "application/json" });
    }),
  );
});

test("an alert rings by its severity; a resolved one doesn't ring", () => {
  const priorityOf = (notice: typeof FIRING) =>
    bodyAs(MESSAGE, httpRequest(ntfy, SETTINGS, notice).body).priority;
  expect(priorityOf(FIRING)).toBe(5);
  expect(priorityOf({ ...FIRING, severity: "warning" })).toBe(4);
  expect(priorityOf({ ...FIRING, severity: "info" })).toBe(3);
  expect(priorityOf(RESOLVED)).toBe(3);
});

test("a message has everything, and buttons that open the pages", () => {
  const { body, url } = httpRequest(ntfy, SETTINGS, FIRING);
  expect(url).toBe("https://ntfy.sh");
  expect(bodyAs(MESSAGE, body)).toMatchObject({
    topic: SETTINGS.topic,
    title: "Critical: 12.4% of messages failed in the last 15 minutes",
    message: [
      ...FIRING.lines,
      ...FIRING.facts.map(({ name, value }) => `${name}: ${value}`),
    ].join("\n"),
    tags: ["rotating_light"],
    click: "https://sms.example.com/alerts/12",
    actions: FIRING.links.map((link) => ({ action: "view", ...link })),
  });
});

test("a protected topic gets the token in a header, for one’s own server", () => {
  const settings = {
    ...SETTINGS,
    server: "https://ntfy.example.com",
    token: "tk_zq7",
  };
  const { url, headers, body } = httpRequest(ntfy, settings, FIRING);
  expect(url).toBe("https://ntfy.example.com");
  expect(headers).toMatchObject({ authorization: "Bearer tk_zq7" });
  expect(body).not.toContain("tk_zq7");
});

test.each([
  [200, "{}", "sent"],
  [401, '{"code":40101,"http":401,"error":"unauthorized"}', "wrong settings"],
  [403, '{"code":40301,"http":403,"error":"forbidden"}', "wrong settings"],
  [404, "", "wrong settings"],
  [429, '{"code":42901}', "later"],
  [507, "", "later"],
])("%d %s means %s", (status, text, result) => {
  expect<string>(ntfy.verdict({ status, text }).result).toBe(result);
});
