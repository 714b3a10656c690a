import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { fc } from "../../support/fast-check.ts";
import { pagerduty } from "../../../src/alerts/channels/pagerduty/pagerduty.ts";
import { bytesOf } from "../../../src/alerts/channels/text.ts";
import { anyNotice, FIRING, RESOLVED } from "./notices.ts";
import { bodyAs, httpRequest } from "./requests.ts";

const SETTINGS = { routingKey: "0123456789abcdef0123456789ABCDEF" };
const STRICT = { additionalProperties: false };

/** Source: developer.pagerduty.com/docs/events-api-v2, "Send an Alert Event". */
const EVENT = Type.Object(
  {
    routing_key: Type.String({ minLength: 32, maxLength: 32 }),
    dedup_key: Type.String({ maxLength: 255 }),
    event_action: Type.Union([
      Type.Literal("trigger"),
      Type.Literal("acknowledge"),
      Type.Literal("resolve"),
    ]),
    payload: Type.Object(
      {
        summary: Type.String({ minLength: 1, maxLength: 1_024 }),
        source: Type.String({ minLength: 1 }),
        severity: Type.Union([
          Type.Literal("critical"),
          Type.Literal("error"),
          Type.Literal("warning"),
          Type.Literal("info"),
        ]),
        timestamp: Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT.*Z$" }),
        custom_details: Type.Record(Type.String(), Type.String()),
      },
      STRICT,
    ),
    links: Type.Array(
      Type.Object(
        { href: Type.String({ pattern: "^https://" }), text: Type.String() },
        STRICT,
      ),
    ),
    client: Type.Literal("smsledger"),
    client_url: Type.Optional(Type.String({ pattern: "^https://" })),
  },
  STRICT,
);

test("any notice becomes an event within PagerDuty’s limits", () => {
  fc.assert(
    fc.property(anyNotice, (notice) => {
      const { body } = httpRequest(pagerduty, SETTINGS, notice);
      bodyAs(EVENT, body);
      expect(bytesOf(body)).toBeLessThan(512_000);
    }),
  );
});

test("an alert’s notices open, acknowledge and resolve one incident", () => {
  const events = [
    FIRING,
    { ...FIRING, kind: "reminder" as const },
    { ...FIRING, kind: "acknowledged" as const },
    RESOLVED,
  ].map((notice) =>
    bodyAs(EVENT, httpRequest(pagerduty, SETTINGS, notice).body),
  );
  expect(events.map((event) => event.event_action)).toEqual([
    "trigger",
    "trigger",
    "acknowledge",
    "resolve",
  ]);
  expect(new Set(events.map((event) => event.dedup_key))).toEqual(
    new Set([FIRING.alertKey]),
  );
});

test("an event has everything a responder needs", () => {
  const { url, body } = httpRequest(pagerduty, SETTINGS, FIRING);
  expect(url).toBe("https://events.pagerduty.com/v2/enqueue");
  expect(bodyAs(EVENT, body)).toMatchObject({
    payload: {
      summary: FIRING.title,
      source: "sms.example.com",
      severity: "critical",
      timestamp: "2026-11-03T14:00:00.000Z",
      custom_details: {
        description: FIRING.lines.join("\n"),
        Failed: "148 of 1,190 (12.4%)",
      },
    },
    links: FIRING.links.map(({ label, url }) => ({ href: url, text: label })),
    client_url: "https://sms.example.com/alerts/12",
  });
});

test("an account in the EU has its own address", () => {
  const settings = { ...SETTINGS, region: "eu" };
  expect(httpRequest(pagerduty, settings, FIRING).url).toBe(
    "https://events.eu.pagerduty.com/v2/enqueue",
  );
});

test("alerts with long keys stay apart", () => {
  const keyOf = (alertKey: string) =>
    bodyAs(
      EVENT,
      httpRequest(pagerduty, SETTINGS, { ...FIRING, alertKey }).body,
    ).dedup_key;
  expect(keyOf(`${"x".repeat(300)}1`)).not.toBe(keyOf(`${"x".repeat(300)}2`));
});

test.each([
  [202, '{"status":"success"}', "sent"],
  [
    400,
    '{"status":"invalid event","errors":["Invalid routing key"]}',
    "wrong settings",
  ],
  [429, "", "later"],
  [500, "", "later"],
])("%d %s means %s", (status, text, result) => {
  expect<string>(pagerduty.verdict({ status, text }).result).toBe(result);
});
