import type { Notice } from "../../notice.ts";
import {
  channelKind,
  jsonRequest,
  type Moment,
  type Reply,
  type Verdict,
} from "../channel.ts";
import { secretUrl } from "../fields.ts";
import { later, usualVerdict, verdictFor, wrongSettings } from "../replies.ts";
import { escapedBy, fit, fitLines } from "../text.ts";
import {
  heading,
  linesAt,
  linksOf,
  standing,
  TONE_COLORS,
  toneOf,
  whenWords,
} from "../wording.ts";

/**
 * Slack, through an incoming webhook of an app.
 * Limits: docs.slack.dev/reference/block-kit/blocks: 150 characters in a header, 3,000 in the
 * text of a section, 2,000 in each of at most 10 fields; 3,000 in the address of a link.
 */
export const slack = channelKind({
  kind: "slack",
  label: "Slack",
  fields: {
    webhookUrl: secretUrl("Webhook URL", {
      help: "The URL of an incoming webhook, from your Slack app’s page “Incoming Webhooks”.",
      example: "https://hooks.slack.com/services/T…/B…/…",
      check: checkUrl,
    }),
  },
  followsAlerts: false,
  destination: () => "Slack",
  request: (notice, { webhookUrl }, moment) =>
    jsonRequest(webhookUrl, JSON.stringify(messageOf(notice, moment))),
  verdict,
});

const HEADER_MAX = 150;
const SECTION_MAX = 3_000;
/** Less than the 2,000 that Slack allows: a message's blocks have a limit in all, too. */
const FIELD_MAX = 400;
const FIELDS_MAX = 10;
const FACTS_MAX = 10;
/** Of the text that stands for the message in a notification. */
const FALLBACK_MAX = 400;

/**
 * `& < >` as entities: with them, no text can become a mention, a link or a date.
 * Source: docs.slack.dev/messaging/formatting-message-text, "Escaping text".
 */
const ESCAPED = escapedBy((text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
);

/**
 * All text is `plain_text`, which Slack doesn't search for markup, names or addresses. Only
 * our own words and links are `mrkdwn`. Blocks in an attachment have a color beside them.
 */
function messageOf(notice: Notice, { now }: Moment) {
  const lines = fitLines(linesAt(notice, now), SECTION_MAX, ESCAPED, "\n\n");
  const links = linkLine(notice);
  return {
    text: fit(heading(notice), FALLBACK_MAX, ESCAPED),
    blocks: [
      {
        type: "header",
        text: plain(fit(heading(notice), HEADER_MAX, ESCAPED)),
      },
    ],
    attachments: [
      {
        color: TONE_COLORS[toneOf(notice)],
        blocks: [
          ...(lines === "" ? [] : [{ type: "section", text: plain(lines) }]),
          ...factSections(notice),
          ...(links === "" ? [] : [{ type: "section", text: markup(links) }]),
          { type: "context", elements: [markup(footer(notice))] },
        ],
      },
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** Names on the left, values on the right: fields are shown in two columns. */
function factSections({ facts }: Notice) {
  const fields = facts.slice(0, FACTS_MAX).flatMap(({ name, value }) => {
    const written = [name, value].map((text) => fit(text, FIELD_MAX, ESCAPED));
    return written.includes("") ? [] : [written.map(plain)];
  });
  const perSection = FIELDS_MAX / 2;
  return Array.from(
    { length: Math.ceil(fields.length / perSection) },
    (_, i) => ({
      type: "section",
      fields: fields.slice(i * perSection, (i + 1) * perSection).flat(),
    }),
  );
}

/**
 * Links rather than buttons: Slack expects the app behind a button to answer a click, and
 * warns people if none does.
 */
function linkLine(notice: Notice): string {
  const written = linksOf(notice).map(({ label, url }) => {
    const words = fit(label, LABEL_MAX, LABEL);
    return `<${linkAddress(url)}|${words}>`;
  });
  let line = "";
  for (const link of written) {
    const next = line === "" ? link : `${line}  ·  ${link}`;
    if (next.length <= SECTION_MAX) line = next;
  }
  return line;
}

const LABEL_MAX = 75;

/** Slack has no escape for the marks that format text, or make emojis: others look the same. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  "*": "∗",
  _: "ˍ",
  "~": "∼",
  "`": "ˋ",
  ":": "∶",
};

const LABEL = escapedBy((text) =>
  ESCAPED.write(
    text.replace(/[*_~`]|:(?! )/g, (mark) => LOOKALIKES[mark] ?? ""),
  ),
);

function linkAddress(url: string): string {
  return ESCAPED.write(
    url.replace(/[<>|\s]/g, (character) => encodeURIComponent(character)),
  );
}

/** Slack shows the time in the reader's own zone; the words after `|` are for old clients. */
function footer(notice: Notice): string {
  const seconds = Math.floor(notice.at / 1_000);
  return `*${standing(notice)}* · <!date^${seconds}^{date_short_pretty} {time}|${whenWords(notice.at)}> · smsledger`;
}

function plain(text: string) {
  return { type: "plain_text", text, emoji: false };
}

function markup(text: string) {
  return { type: "mrkdwn", text, verbatim: true };
}

function checkUrl(url: URL): void {
  if (!/^hooks\.slack(?:-gov)?\.com$/.test(url.host))
    throw new Error("must start with https://hooks.slack.com/services/");
  if (/^\/(?:workflows|triggers)\//.test(url.pathname))
    throw new Error(
      "starts a Slack workflow. Create an incoming webhook instead, whose URL has /services/ in it",
    );
  if (!/^\/services\/[^/]+\/[^/]+\/[^/]+$/.test(url.pathname))
    throw new Error(
      "isn’t complete. It ends with three parts after /services/",
    );
}

const NEW_WEBHOOK =
  "Create a new webhook in your Slack app and enter its URL here.";

/** Source: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors". */
const ERRORS = {
  invalid_token: wrongSettings(
    `Slack doesn’t know this webhook URL. ${NEW_WEBHOOK}`,
  ),
  no_service: wrongSettings(
    `This webhook was removed or turned off in Slack. ${NEW_WEBHOOK}`,
  ),
  no_active_hooks: wrongSettings(
    `This webhook was removed or turned off in Slack. ${NEW_WEBHOOK}`,
  ),
  no_team: wrongSettings(
    `The app was removed from your Slack workspace. Install it again, then ${lower(NEW_WEBHOOK)}`,
  ),
  team_disabled: wrongSettings("Your Slack workspace is turned off."),
  user_not_found: wrongSettings(
    `Whoever created this webhook left the workspace. ${NEW_WEBHOOK}`,
  ),
  channel_not_found: wrongSettings(
    `The Slack channel of this webhook no longer exists, or the app was removed from it. ${NEW_WEBHOOK}`,
  ),
  channel_is_archived: wrongSettings(
    "The Slack channel of this webhook is archived. Restore it, or create a webhook for another one and enter its URL here.",
  ),
  action_prohibited: wrongSettings(
    "Your Slack workspace doesn’t allow apps to post with this webhook. Ask one of its admins.",
  ),
  posting_to_general_channel_denied: wrongSettings(
    "Apps can’t post to this Slack channel. Create a webhook for another one and enter its URL here.",
  ),
  rate_limited: later(
    "Slack limits how often it takes messages. smsledger tries again.",
  ),
} satisfies Record<string, Verdict>;

function verdict(reply: Reply): Verdict {
  return reply.status === 200
    ? usualVerdict("Slack", reply)
    : (verdictFor(ERRORS, reply) ?? usualVerdict("Slack", reply));
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
