import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { AdaptiveCard, SerializationContext, Versions } from "adaptivecards";
import { fc } from "../../support/fast-check.ts";
import { teams } from "../../../src/alerts/channels/teams/teams.ts";
import { bytesOf } from "../../../src/alerts/channels/text.ts";
import { anyNotice, FIRING, RESOLVED } from "./notices.ts";
import { bodyAs, httpRequest } from "./requests.ts";

const SETTINGS = {
  workflowUrl:
    "https://default0.1.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/abc/triggers/manual/paths/invoke?api-version=1&sig=xyz",
};
const STRICT = { additionalProperties: false };

/** Source: learn.microsoft.com/connectors/teams, "When a Teams webhook request is received". */
const MESSAGE = Type.Object(
  {
    type: Type.Literal("message"),
    attachments: Type.Tuple([
      Type.Object(
        {
          contentType: Type.Literal("application/vnd.microsoft.card.adaptive"),
          contentUrl: Type.Null(),
          content: Type.Object({
            version: Type.Literal("1.4"),
            $schema: Type.String(),
          }),
        },
        STRICT,
      ),
    ]),
  },
  STRICT,
);

/** What Microsoft's own parser for cards, set to version 1.4, finds wrong. */
function complaints(content: object): readonly string[] {
  const context = new SerializationContext(Versions.v1_4);
  const card = new AdaptiveCard();
  card.parse(content, context);
  return [
    ...Array.from(
      { length: context.eventCount },
      (_, i) => context.getEventAt(i).message,
    ),
    ...card.validateProperties().validationEvents.map(({ message }) => message),
  ];
}

function textsOf(content: unknown): readonly string[] {
  if (Array.isArray(content)) return content.flatMap(textsOf);
  if (typeof content !== "object" || content === null) return [];
  return Object.entries(content).flatMap(([name, value]) =>
    (name === "text" || name === "title" || name === "fallbackText") &&
    typeof value === "string"
      ? [value]
      : textsOf(value),
  );
}

test("any notice becomes an Adaptive Card 1.4, within the size that Teams takes", () => {
  fc.assert(
    fc.property(anyNotice, (notice) => {
      const { body } = httpRequest(teams, SETTINGS, notice);
      expect(bytesOf(body)).toBeLessThanOrEqual(20_000);
      const { content } = bodyAs(MESSAGE, body).attachments[0];
      expect(complaints(content)).toEqual([]);
      // It drops what it doesn't know.
      const card = new AdaptiveCard();
      card.parse(content, new SerializationContext(Versions.v1_4));
      expect<unknown>(card.toJSON()).toEqual(content);
    }),
  );
});

test("Microsoft’s parser would complain about what version 1.4 doesn’t have", () => {
  const card = { type: "AdaptiveCard", version: "1.4" };
  expect(complaints({ ...card, body: [{ type: "Table" }] })).not.toEqual([]);
  expect(
    complaints({ ...card, actions: [{ type: "Action.OpenUrl" }] }),
  ).not.toEqual([]);
});

test("no text of a notice is searched for markup, mentions or functions", () => {
  fc.assert(
    fc.property(anyNotice, (notice) => {
      const { body } = httpRequest(teams, SETTINGS, notice);
      // A TextBlock and a FactSet have markup; a RichTextBlock has none.
      expect(body).not.toMatch(/"type":"(?:TextBlock|FactSet)"/);
      const { content } = bodyAs(MESSAGE, body).attachments[0];
      for (const text of textsOf(content))
        expect(text).not.toMatch(/\{\{|<\/?at\b/i);
    }),
  );
});

test("the card shows everything: state, time, title, sentences, facts and buttons", () => {
  const { content } = bodyAs(MESSAGE, httpRequest(teams, SETTINGS, FIRING).body)
    .attachments[0];
  expect(textsOf(content)).toEqual([
    "Critical: 12.4% of messages failed in the last 15 minutes",
    "Critical",
    " · 3 Nov 2026, 14:00 UTC",
    FIRING.title,
    ...FIRING.lines,
    ...FIRING.facts.flatMap(({ name, value }) => [name, value]),
    ...FIRING.links.map(({ label }) => label),
  ]);
  expect(JSON.stringify(content)).toContain('"style":"attention"');
  const resolved = httpRequest(teams, SETTINGS, RESOLVED).body;
  expect(resolved).toContain('"style":"good"');
  expect(resolved).toContain("It lasted 42 min");
});

test.each([
  [202, "", "sent"],
  [200, "1", "sent"],
  [
    200,
    "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429",
    "later",
  ],
  [400, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', "wrong settings"],
  [
    401,
    '{"error":{"code":"DirectApiAuthorizationRequired"}}',
    "wrong settings",
  ],
  [404, '{"error":{"code":"WorkflowNotFound"}}', "wrong settings"],
  [429, "", "later"],
  [502, "", "later"],
])("%d %s means %s", (status, text, result) => {
  expect<string>(teams.verdict({ status, text }).result).toBe(result);
});
