import { createHash } from "node:crypto";
import { oneLine, unlinked } from "../alerts/channels/text.ts";
import { letterHtml, linkButtons, paragraph } from "../mail/letter.ts";
import type { Mail } from "../mail/mail.ts";
import { markup, type Markup } from "../mail/markup.ts";
import type { Urls } from "../site/urls.ts";
import type { Digest } from "../store/digests.ts";
import type { DigestContent } from "./read-digest.ts";
import {
  digestWords,
  localPeriod,
  type DigestRow,
  type DigestWords,
} from "./words.ts";

export type Composing = {
  readonly urls: Urls;
  /** PUBLIC_URL, which links begin with. */
  readonly publicUrl: string;
  readonly masksNumbers: boolean;
  /** The path of the link that unsubscribes. */
  readonly unsubscribePath: string;
};

const NAMES = { daily: "Daily digest", weekly: "Weekly digest" } as const;

/** Composes the mail of one digest; the same digest always has the same id. */
export function digestMail(
  digest: Digest,
  content: DigestContent,
  { urls, publicUrl, masksNumbers, unsubscribePath }: Composing,
): Mail {
  const words = cleaned(digestWords(content, urls, masksNumbers));
  const { origin } = new URL(publicUrl);
  const href = (path: string) => origin + path;
  const { range } = content.period;
  const context = localPeriod(digest, range);
  const name = NAMES[digest.frequency];
  const unsubscribe = href(unsubscribePath);
  const why = `smsledger at ${unlinked(new URL(publicUrl).host)} sends this digest to ${unlinked(digest.address)}, as you asked under Settings, Digest.`;
  const whole = { words, name, context, href, unsubscribe, why };
  return {
    to: [digest.address],
    subject: `[${name}] ${words.title}`,
    text: textOf(whole),
    html: htmlOf(whole, toneOf(content)),
    isUrgent: false,
    id: named(digest, range.to),
    thread: named(digest),
    unsubscribeUrl: unsubscribe,
  };
}

type Whole = {
  readonly words: DigestWords;
  readonly name: string;
  readonly context: string;
  readonly href: (path: string) => string;
  readonly unsubscribe: string;
  readonly why: string;
};

/** Texts from outside are one line each, and nothing in them becomes a link. */
function cleaned(words: DigestWords): DigestWords {
  const clean = (text: string) => unlinked(oneLine(text)).slice(0, 300);
  return {
    ...words,
    sections: words.sections.map((section) => ({
      ...section,
      rows: section.rows.map((row) => ({
        ...row,
        name: clean(row.name),
        text: clean(row.text),
      })),
    })),
    lines: words.lines.map(clean),
  };
}

function toneOf({ alerts, total }: DigestContent) {
  if (alerts.some(({ severity }) => severity === "critical")) return "critical";
  if (alerts.length > 0) return "warning";
  return total.messages === 0 ? "info" : "good";
}

function htmlOf(
  { words, name, context, href, unsubscribe, why }: Whole,
  tone: "critical" | "warning" | "info" | "good",
): string {
  return letterHtml({
    tone: tone === "good" ? "info" : tone,
    preview: words.lines.join(" "),
    standing: name,
    context,
    title: words.title,
    body: [
      ...words.lines.map(paragraph),
      ...figureTable(words, href),
      ...words.sections.flatMap((section) => sectionOf(section, href)),
      ...linkButtons([
        { label: "Open the overview", url: href(words.overviewPath) },
      ]),
    ],
    footer: [
      why,
      markup`<a href="${unsubscribe}" class="muted" style="color:#5c5f66">Unsubscribe</a>`,
    ],
  });
}

const WRAP = "overflow-wrap:anywhere;word-break:break-word;";
const CELL = `padding:8px 0;border-top:1px solid #e4e4df;font-size:15px;line-height:22px;vertical-align:top;${WRAP}`;

function figureTable(
  { figures }: DigestWords,
  href: Whole["href"],
): readonly Markup[] {
  if (figures.length === 0) return [];
  return [
    markup`<table width="100%" cellpadding="0" cellspacing="0" style="margin:16px 0 4px;border-collapse:collapse">
${figures.map(
  ({ name, value, path, text }) =>
    markup`<tr><th scope="row" align="left" class="muted line" style="${CELL}padding-right:12px;font-weight:400;color:#5c5f66">${name}</th><td align="right" class="line" style="${CELL}padding-right:16px;font-variant-numeric:tabular-nums;font-weight:600"><a href="${href(path)}" class="link" style="color:#2f49a8;text-decoration:none">${value}</a></td><td class="muted line" style="${CELL}width:55%;color:#5c5f66">${text}</td></tr>
`,
)}</table>
`,
  ];
}

function sectionOf(
  { title, path, rows, more, isShort }: DigestWords["sections"][number],
  href: Whole["href"],
): readonly Markup[] {
  const name = (row: DigestRow) =>
    markup`<a href="${href(row.path)}" class="link" style="color:#2f49a8;font-weight:600;text-decoration:none">${row.name}</a>`;
  const text = (row: DigestRow) =>
    markup`<span class="muted" style="color:#5c5f66">${row.text}</span>`;
  return [
    markup`<h2 style="margin:24px 0 8px;font-size:17px;line-height:24px;font-weight:600"><a href="${href(path)}" class="text" style="color:#1b1c1e;text-decoration:none">${title}</a></h2>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse">
${rows.map((row) =>
  isShort
    ? markup`<tr><td class="line" style="${CELL}padding-right:16px">${name(row)}</td><td class="line" style="${CELL}width:55%">${text(row)}</td></tr>
`
    : markup`<tr><td class="line" style="${CELL}">${name(row)}<br>${text(row)}</td></tr>
`,
)}</table>
`,
    ...(more === ""
      ? []
      : [
          markup`<p class="muted" style="margin:8px 0 0;font-size:15px;line-height:22px"><a href="${href(path)}" class="link" style="color:#2f49a8">${more}</a></p>
`,
        ]),
  ];
}

/** For people and programs that show no HTML. Links are written out, one a line. */
function textOf(whole: Whole): string {
  const { words, name, context, href, unsubscribe, why } = whole;
  const sections = [
    [`${name} · ${context}`, words.title],
    words.lines,
    words.figures.map(
      ({ name: what, value, text }) =>
        `${what}: ${value}${text === "" ? "" : ` (${text})`}`,
    ),
    ...words.sections.map(({ title, path, rows, more }) => [
      `${title}:`,
      ...rows.map((row) => `- ${row.name}: ${row.text}`),
      ...(more === "" ? [] : [`- ${more}`]),
      href(path),
    ]),
    ["Overview:", href(words.overviewPath)],
    ["-- ", why, "Unsubscribe:", unsubscribe],
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n")}\n`;
}

function named({ userId, address }: Digest, to?: number): string {
  const text = `digest\n${userId}\n${address}\n${to ?? ""}`;
  return `smsledger.${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}
