import { createHash } from "node:crypto";
import { isAddress } from "../../../mail/address.ts";
import type { Mail } from "../../../mail/mail.ts";
import {
  factTable,
  letterHtml,
  linkButtons,
  paragraph,
} from "../../../mail/letter.ts";
import type { Notice } from "../../notice.ts";
import {
  channelKind,
  type Moment,
  type Reply,
  type Verdict,
} from "../channel.ts";
import { later, SENT, wrongSettings } from "../replies.ts";
import { fit, oneLine, unlinked } from "../text.ts";
import {
  linesAt,
  linksOf,
  SEVERITY_WORDS,
  standing,
  toneOf,
  whenWords,
} from "../wording.ts";

/** Mail to one or several people, through the server in SMTP_URL. */
export const email = channelKind({
  kind: "email",
  label: "Email",
  fields: {
    to: {
      label: "Recipients",
      help: "One or several addresses, separated with commas.",
      example: "ops@example.com, oncall@example.com",
      parse: addresses,
    },
  },
  followsAlerts: false,
  destination: ({ to }) => to,
  request: (notice, { to }, moment) => ({
    via: "smtp",
    mail: mailOf(notice, to.split(", "), moment),
  }),
  verdict,
});

const RECIPIENTS_MAX = 20;
/** Mail programs show about 60; more is cut in most inboxes. */
const SUBJECT_MAX = 150;
const TITLE_MAX = 300;
const LINE_MAX = 2_000;
const LINES_MAX = 40;
const FACTS_MAX = 30;
const LINKS_MAX = 12;
const LABEL_MAX = 120;

function mailOf(notice: Notice, to: readonly string[], moment: Moment): Mail {
  const { kind, severity, at, title, alertKey } = notice;
  const parts = partsOf(notice, moment);
  return {
    to,
    subject: `[${standing(notice)}] ${fit(title, SUBJECT_MAX)}`,
    text: textOf(parts),
    html: htmlOf(parts, notice),
    isUrgent:
      severity === "critical" && (kind === "firing" || kind === "reminder"),
    id: named(alertKey, kind, at),
    thread: named(alertKey),
  };
}

/** Mail programs turn addresses into links, in HTML too. */
const ESCAPED = { write: unlinked, size: (text: string) => text.length };

/** What both texts of a mail contain. */
type Parts = Pick<Notice, "title" | "lines" | "facts" | "links"> & {
  readonly standing: string;
  readonly context: string;
  readonly footer: readonly string[];
};

function partsOf(notice: Notice, { now, site }: Moment): Parts {
  const { kind, severity, at } = notice;
  const about =
    kind === "resolved" ? [`${SEVERITY_WORDS[severity]} alert`] : [];
  return {
    standing: standing(notice),
    context: [...about, whenWords(at)].join(" · "),
    title: fit(notice.title, TITLE_MAX, ESCAPED),
    lines: linesAt(notice, now)
      .slice(0, LINES_MAX)
      .map((line) => fit(line, LINE_MAX, ESCAPED))
      .filter((line) => line !== ""),
    facts: notice.facts.slice(0, FACTS_MAX).map(({ name, value }) => ({
      name: fit(name, LABEL_MAX, ESCAPED),
      value: fit(value, LINE_MAX, ESCAPED),
    })),
    links: linksOf(notice, LINKS_MAX).map(({ label, url }) => ({
      label: fit(label, LABEL_MAX, ESCAPED),
      url,
    })),
    footer: footerOf(site),
  };
}

function htmlOf(parts: Parts, notice: Notice): string {
  const { lines, facts, links } = parts;
  return letterHtml({
    ...parts,
    tone: toneOf(notice),
    preview: lines[0] ?? parts.title,
    body: [...lines.map(paragraph), ...factTable(facts), ...linkButtons(links)],
  });
}

/** For people and programs that show no HTML. Links are written out, one a line. */
function textOf(parts: Parts): string {
  const { standing, context, title, lines, facts, links, footer } = parts;
  const sections = [
    [`${standing} · ${context}`, title],
    ...lines.map((line) => [line]),
    facts.map(({ name, value }) => `${name}: ${value}`),
    ...links.map(({ label, url }) => [`${label}:`, url]),
    ["-- ", ...footer],
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n")}\n`;
}

function footerOf(site: string): readonly string[] {
  return [
    `smsledger at ${unlinked(oneLine(site))} sends alerts to this address.`,
    "An admin can change this in smsledger, under Alerts, Notification channels.",
  ];
}

function named(...parts: readonly (string | number)[]): string {
  return `smsledger.${createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32)}`;
}

/** Addresses as they're used in a mail's envelope, separated with commas; each one only once. */
function addresses(text: string): string {
  const each = text
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (each.length > RECIPIENTS_MAX)
    throw new Error(`can have at most ${RECIPIENTS_MAX} addresses`);
  if (each.length === 0 || !each.every(isAddress))
    throw new Error(
      "must be addresses such as ops@example.com, separated with commas",
    );
  return [...new Set(each)].join(", ");
}

/** What a reply of SMTP means; what kept a mail from getting one has words of its own. */
function verdict({ status }: Reply): Verdict {
  if (status < 400) return SENT;
  return status < 500
    ? later("The mail server asked to try again later. smsledger tries again.")
    : wrongSettings(
        "The mail server refused the mail. Check the recipients, SMTP_URL and MAIL_FROM.",
      );
}
