import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { fc } from "../../support/fast-check.ts";
import { slack } from "../../../src/alerts/channels/slack/slack.ts";
import { oneLine } from "../../../src/alerts/channels/text.ts";
import { heading } from "../../../src/alerts/channels/wording.ts";
import { anyNotice, FIRING, RESOLVED } from "./notices.ts";
import { bodyAs, httpRequest } from "./requests.ts";

const SETTINGS = {
  webhookUrl:
    "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXX",
};

const STRICT = { additionalProperties: false };

function plainText(max: number) {
  return Type.Object(
    {
      type: Type.Literal("plain_text"),
      text: Type.String({ minLength: 1, maxLength: max }),
      emoji: Type.Literal(false),
    },
    STRICT,
  );
}

function mrkdwn(max: number) {
  return Type.Object(
    {
      type: Type.Literal("mrkdwn"),
      text: Type.String({ minLength: 1, maxLength: max }),
      verbatim: Type.Literal(true),
    },
    STRICT,
  );
}

/** Source: docs.slack.dev/reference/block-kit/blocks, for header, section and context. */
const SECTION = Type.Union([
  Type.Object(
    {
      type: Type.Literal("section"),
      text: Type.Union([plainText(3_000), mrkdwn(3_000)]),
    },
    STRICT,
  ),
  Type.Object(
    {
      type: Type.Literal("section"),
      fields: Type.Array(plainText(2_000), { minItems: 1, maxItems: 10 }),
    },
    STRICT,
  ),
]);
const MESSAGE = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 3_000 }),
    blocks: Type.Tuple([
      Type.Object(
        { type: Type.Literal("header"), text: plainText(150) },
        STRICT,
      ),
    ]),
    attachments: Type.Tuple([
      Type.Object(
        {
          color: Type.String({ pattern: "^#[0-9a-f]{6}$" }),
          blocks: Type.Array(
            Type.Union([
              SECTION,
              Type.Object(
                {
                  type: Type.Literal("context"),
                  elements: Type.Array(mrkdwn(3_000), {
                    minItems: 1,
                    maxItems: 10,
                  }),
                },
                STRICT,
              ),
            ]),
            { minItems: 1, maxItems: 49 },
          ),
        },
        STRICT,
      ),
    ]),
    unfurl_links: Type.Literal(false),
    unfurl_media: Type.Literal(false),
  },
  STRICT,
);

test("any notice becomes a message within Slack’s limits", () => {
  fc.assert(
    fc.property(anyNotice, (notice) => {
      const message = bodyAs(
        MESSAGE,
        httpRequest(slack, SETTINGS, notice).body,
      );
      const title = message.blocks[0].text.text;
      const shown = unescaped(title.replace(/…$/, ""));
      expect(oneLine(heading(notice))).toStartWith(shown);
    }),
  );
});

test("no text of a notice can mention anyone, or be a link or a date", () => {
  fc.assert(
    fc.property(anyNotice, (notice) => {
      const { body } = httpRequest(slack, SETTINGS, notice);
      const message = bodyAs(MESSAGE, body);
      const { blocks } = message.attachments[0];
      const texts = blocks.flatMap((block) =>
        "elements" in block
          ? block.elements
          : "fields" in block
            ? block.fields
            : [block.text],
      );
      for (const { text, type } of [...texts, message.blocks[0].text]) {
        // Markup is only ours: links to this server, and the time.
        const rest =
          type === "mrkdwn"
            ? text.replace(
                /<https:\/\/sms\.example\.com[^<>|]*\|[^<>]*>|<!date\^\d+\^[^<>|]*\|[^<>]*>/g,
                "",
              )
            : text;
        expect(rest).not.toMatch(/[<>]/);
        // Nor does a link's label have formatting or emojis.
        for (const [, label] of text.matchAll(/<https:[^<>|]*\|([^<>]*)>/g))
          expect(label).not.toMatch(/[*_~`]|:(?! )/);
        expect(rest).not.toMatch(/&(?!amp;|lt;|gt;)/);
      }
      expect(message.text).not.toMatch(/[<>]/);
    }),
  );
});

test("an alert says how serious it is in words and in color, and links to its pages", () => {
  const message = bodyAs(MESSAGE, httpRequest(slack, SETTINGS, FIRING).body);
  expect(message.blocks[0].text.text).toBe(
    "Critical: 12.4% of messages failed in the last 15 minutes",
  );
  expect(message.attachments[0].color).toBe("#b3261e");
  expect(message.attachments[0].blocks).toContainEqual({
    type: "section",
    text: {
      type: "mrkdwn",
      verbatim: true,
      text:
        "<https://sms.example.com/alerts/12|Open the alert>  ·  " +
        "<https://sms.example.com/messages?q=status%3Afailed+code%3A30007&amp;range=1h|Show these messages>",
    },
  });
});

test("a resolved alert is green and says how long it lasted", () => {
  const { body } = httpRequest(slack, SETTINGS, RESOLVED);
  expect(body).toContain("Resolved: Fewer messages fail");
  expect(body).toContain("It lasted 42 min");
  expect(body).toContain("#17713e");
});

test("text is kept as it is, with Slack’s three characters escaped", () => {
  const { body } = httpRequest(slack, SETTINGS, {
    ...FIRING,
    title: "Rule “A & B <!channel>” *fires*",
  });
  expect(bodyAs(MESSAGE, body).blocks[0].text.text).toBe(
    "Critical: Rule “A &amp; B &lt;!channel&gt;” *fires*",
  );
});

test.each([
  [200, "ok", "sent"],
  [404, "no_service", "wrong settings"],
  [403, "invalid_token", "wrong settings"],
  [410, "channel_is_archived", "wrong settings"],
  [400, "invalid_payload", "wrong settings"],
  [302, "", "wrong settings"],
  [429, "rate_limited", "later"],
  [500, "rollup_error", "later"],
  [503, "<html>", "later"],
])("%d %s means %s", (status, text, result) => {
  expect<string>(slack.verdict({ status, text }).result).toBe(result);
});

function unescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
