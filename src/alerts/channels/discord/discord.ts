import type { Notice } from "../../notice.ts";
import {
  channelKind,
  jsonRequest,
  type Moment,
  type Reply,
  type Verdict,
} from "../channel.ts";
import { secretUrl } from "../fields.ts";
import { usualVerdict, wrongSettings } from "../replies.ts";
import { escapedBy, fit, fitLines } from "../text.ts";
import {
  heading,
  linesAt,
  linksOf,
  standing,
  TONE_COLORS,
  toneOf,
} from "../wording.ts";

/**
 * Discord, through a webhook of a channel.
 * Limits: docs.discord.com/developers/resources/message, "Embed Limits": 256 characters in a
 * title, 4,096 in a description, 25 fields of 256 and 1,024, and 6,000 in all.
 */
export const discord = channelKind({
  kind: "discord",
  label: "Discord",
  fields: {
    webhookUrl: secretUrl("Webhook URL", {
      help: "From the Discord channel’s settings: Integrations, Webhooks, Copy Webhook URL.",
      example: "https://discord.com/api/webhooks/…/…",
      check: checkUrl,
    }),
  },
  followsAlerts: false,
  destination: () => "Discord",
  request: (notice, { webhookUrl }, moment) =>
    jsonRequest(
      waitingUrl(webhookUrl),
      JSON.stringify(messageOf(notice, moment)),
    ),
  verdict,
});

const TITLE_MAX = 256;
/** Of the description: less than Discord allows, so that all of an embed stays within 6,000. */
const LINES_MAX = 2_400;
const LINKS_MAX = 1_500;
const FIELD_NAME_MAX = 100;
const FIELD_VALUE_MAX = 200;
const FACTS_MAX = 6;

/**
 * A backslash before what Discord takes for markup, a mention, an address or an emoji. It
 * doesn't show: an escaped character is only that character.
 * Source: support.discord.com, "Markdown Text 101".
 */
const ESCAPED = escapedBy((text) =>
  text
    .replace(/[\\*_~`|<@[\]]/g, "\\$&")
    .replace(/:(?! )/g, "\\:")
    .replace(/^(?:[#>+-]|\d+(?=[.)]))/, (start) =>
      /^\d/.test(start) ? start : `\\${start}`,
    )
    .replace(/^(\d+)([.)])/, "$1\\$2"),
);

function messageOf(notice: Notice, { now }: Moment) {
  const lines = fitLines(linesAt(notice, now), LINES_MAX, ESCAPED, "\n\n");
  const links = linkLine(notice);
  const [first] = linksOf(notice);
  return {
    embeds: [
      {
        title: fit(heading(notice), TITLE_MAX, ESCAPED),
        ...(first && { url: first.url }),
        description: [lines, links].filter((text) => text !== "").join("\n\n"),
        color: Number.parseInt(TONE_COLORS[toneOf(notice)].slice(1), 16),
        fields: fieldsOf(notice),
        footer: { text: `${standing(notice)} · smsledger` },
        timestamp: new Date(notice.at).toISOString(),
      },
    ],
    // Nobody is notified, whatever the texts contain.
    allowed_mentions: { parse: [] },
  };
}

function fieldsOf({ facts }: Notice) {
  return facts.slice(0, FACTS_MAX).flatMap(({ name, value }) => {
    const field = {
      name: fit(name, FIELD_NAME_MAX, ESCAPED),
      value: fit(value, FIELD_VALUE_MAX, ESCAPED),
      inline: true,
    };
    return field.name === "" || field.value === "" ? [] : [field];
  });
}

function linkLine(notice: Notice): string {
  let line = "";
  for (const { label, url } of linksOf(notice)) {
    const address = url.replace(/[()<>\s]/g, percentEncoded);
    const link = `[${fit(label, FIELD_NAME_MAX, ESCAPED)}](${address})`;
    const next = line === "" ? link : `${line} · ${link}`;
    if (next.length <= LINKS_MAX) line = next;
  }
  return line;
}

/** `encodeURIComponent` leaves parentheses as they are. */
function percentEncoded(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}

/** Without `wait`, Discord reports success even if it then drops the message. */
function waitingUrl(webhookUrl: string): string {
  const url = new URL(webhookUrl);
  url.searchParams.set("wait", "true");
  return url.href;
}

function checkUrl(url: URL): void {
  if (!/^(?:(?:ptb|canary)\.)?discord(?:app)?\.com$/.test(url.host))
    throw new Error("must start with https://discord.com/api/webhooks/");
  if (!/^\/api(?:\/v\d+)?\/webhooks\/\d+\/[\w-]+$/.test(url.pathname))
    throw new Error(
      "isn’t complete. It has a number and a token after /webhooks/, and nothing after them",
    );
}

const NEW_WEBHOOK =
  "Create a new webhook in the Discord channel’s settings and enter its URL here.";

function verdict(reply: Reply): Verdict {
  if (reply.status === 401 || reply.status === 403 || reply.status === 404)
    return wrongSettings(
      `Discord doesn’t know this webhook URL, or the webhook was deleted. ${NEW_WEBHOOK}`,
    );
  // 220001: "Webhooks posted to forum channels must have a thread_name or thread_id".
  if (reply.status === 400 && reply.text.includes("220001"))
    return wrongSettings(
      "This webhook belongs to a forum channel. Create one in a text channel, or add ?thread_id= and a thread’s id to the URL.",
    );
  return usualVerdict("Discord", reply);
}
