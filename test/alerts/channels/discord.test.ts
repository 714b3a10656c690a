import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { fc } from "../../support/fast-check.ts";
import { discord } from "../../../src/alerts/channels/discord/discord.ts";
import { oneLine } from "../../../src/alerts/channels/text.ts";
import { heading } from "../../../src/alerts/channels/wording.ts";
import { anyNotice, FIRING } from "./notices.ts";
import { bodyAs, httpRequest } from "./requests.ts";

const SETTINGS = {
  webhookUrl: "https://discord.com/api/webhooks/123456789012345678/abc_DEF-123",
};
const STRICT = { additionalProperties: false };

/** Source: docs.discord.com/developers/resources/webhook "Execute Webhook", and message "Embed Limits". */
const MESSAGE = Type.Object(
  {
    embeds: Type.Tuple([
      Type.Object(
        {
          title: Type.String({ minLength: 1, maxLength: 256 }),
          url: Type.Optional(
            Type.String({ pattern: "^https?://", maxLength: 2_048 }),
          ),
          description: Type.String({ maxLength: 4_096 }),
          color: Type.Integer({ minimum: 0, maximum: 0xffffff }),
          fields: Type.Array(
            Type.Object(
              {
                name: Type.String({ minLength: 1, maxLength: 256 }),
                value: Type.String({ minLength: 1, maxLength: 1_024 }),
                inline: Type.Boolean(),
              },
              STRICT,
            ),
            { maxItems: 25 },
          ),
          footer: Type.Object(
            { text: Type.String({ maxLength: 2_048 }) },
            STRICT,
          ),
          timestamp: Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT.*Z$" }),
        },
        STRICT,
      ),
    ]),
    allowed_mentions: Type.Object(
      { parse: Type.Array(Type.String(), { maxItems: 0 }) },
      STRICT,
    ),
  },
  STRICT,
);

test("any notice becomes a message within Discord’s limits", () => {
  fc.assert(
    fc.property(anyNotice, (notice) => {
      const { body } = httpRequest(discord, SETTINGS, notice);
      const [embed] = bodyAs(MESSAGE, body).embeds;
      const total = [
        embed.title,
        embed.description,
        embed.footer.text,
        ...embed.fields.flatMap(({ name, value }) => [name, value]),
      ].join("").length;
      expect(total).toBeLessThanOrEqual(6_000);
      const shown = unescaped(embed.title.replace(/…$/, ""));
      expect(oneLine(heading(notice))).toStartWith(shown);
    }),
  );
});

test("no text of a notice can be a mention, a link, an emoji or markup", () => {
  fc.assert(
    fc.property(anyNotice, (notice) => {
      const { body } = httpRequest(discord, SETTINGS, { ...notice, links: [] });
      const [embed] = bodyAs(MESSAGE, body).embeds;
      const texts = [
        embed.title,
        embed.description,
        ...embed.fields.flatMap(({ name, value }) => [name, value]),
      ];
      for (const text of texts) {
        const plain = text.replace(/\\[^\sA-Za-z0-9]/g, "x");
        expect(plain).not.toMatch(/[*_~`|<@[\]\\]|:\S/);
        expect(plain).not.toMatch(/^(?:[#>+-]|\d+[.)])/m);
      }
    }),
  );
});

test("the links follow the text, and the title opens the first", () => {
  const { url, body } = httpRequest(discord, SETTINGS, FIRING);
  const [embed] = bodyAs(MESSAGE, body).embeds;
  expect(url).toBe(`${SETTINGS.webhookUrl}?wait=true`);
  expect(embed.url).toBe("https://sms.example.com/alerts/12");
  expect(embed.description).toEndWith(
    "\n\n[Open the alert](https://sms.example.com/alerts/12) · [Show these messages](https://sms.example.com/messages?q=status%3Afailed+code%3A30007&range=1h)",
  );
  expect(embed.title).toBe(
    "Critical: 12.4% of messages failed in the last 15 minutes",
  );
});

test("a thread of the channel stays in the URL", () => {
  const settings = { webhookUrl: `${SETTINGS.webhookUrl}?thread_id=42` };
  expect(httpRequest(discord, settings, FIRING).url).toBe(
    `${SETTINGS.webhookUrl}?thread_id=42&wait=true`,
  );
});

test.each([
  [200, "{}", "sent"],
  [204, "", "sent"],
  [401, '{"message":"Invalid Webhook Token","code":50027}', "wrong settings"],
  [404, '{"message":"Unknown Webhook","code":10015}', "wrong settings"],
  [400, '{"code":220001}', "wrong settings"],
  [429, '{"retry_after":1.2}', "later"],
  [502, "", "later"],
])("%d %s means %s", (status, text, result) => {
  expect<string>(discord.verdict({ status, text }).result).toBe(result);
});

function unescaped(text: string): string {
  return text.replace(/\\([^\sA-Za-z0-9])/g, "$1");
}
