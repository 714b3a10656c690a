import { markup, type Markup } from "./markup.ts";

/** A color for the line on top and for the word that says how things are. */
export type LetterTone = "critical" | "warning" | "info" | "good";

export type Letter = {
  readonly tone: LetterTone;
  /** What inboxes show after the subject. */
  readonly preview: string;
  /** `Critical · 3 Nov 2026, 14:00 UTC`: a word with the tone, and what follows it. */
  readonly standing: string;
  readonly context: string;
  readonly title: string;
  readonly body: readonly Markup[];
  /** Why somebody gets this mail, and where to change it. */
  readonly footer: readonly (string | Markup)[];
};

/**
 * Every mail's frame. Colors are given twice: inline, for programs that drop style sheets, and
 * by class, for dark mode. Tables are what Outlook lays out. There are no images, so nothing
 * is fetched when a mail is opened.
 */
export function letterHtml(letter: Letter): string {
  const { tone, preview, standing, context, title, body, footer } = letter;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${title}</title>
<style>${STYLES}</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#f7f7f5;${FONT}">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preview}</div>
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" style="background:#f7f7f5">
<tr><td align="center" class="outer" style="padding:24px 12px">
<table role="presentation" class="card top-${tone}" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px;background:#ffffff;border:1px solid #e4e4df;border-top:4px solid ${TONES[tone]}">
<tr><td class="inner" style="padding:24px 28px 28px">
<p class="muted" style="margin:0 0 8px;font-size:14px;line-height:20px;color:#5c5f66"><strong class="${tone}" style="color:${TONES[tone]}">${standing}</strong>${context === "" ? "" : ` · ${context}`}</p>
<h1 class="text" style="margin:0 0 16px;font-size:21px;line-height:28px;font-weight:600;color:#1b1c1e;${WRAP}">${title}</h1>
${body}
</td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px">
<tr><td class="inner" style="padding:16px 28px 0">
${footer.map((line) => markup`<p class="muted" style="margin:0 0 4px;font-size:13px;line-height:18px;color:#5c5f66;${WRAP}">${line}</p>`)}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`.html;
}

export function paragraph(text: string): Markup {
  return markup`<p class="text" style="margin:0 0 12px;font-size:16px;line-height:24px;color:#1b1c1e;${WRAP}">${text}</p>
`;
}

/** Rows of a name and a value. */
export function factTable(
  facts: readonly { readonly name: string; readonly value: string }[],
): readonly Markup[] {
  if (facts.length === 0) return [];
  return [
    markup`<table class="facts" width="100%" cellpadding="0" cellspacing="0" style="margin:16px 0 4px;border-collapse:collapse">
${facts.map(
  ({ name, value }) =>
    markup`<tr><th scope="row" align="left" class="muted line" style="${CELL}padding-right:16px;width:40%;font-weight:400;color:#5c5f66">${name}</th><td class="text line" style="${CELL}color:#1b1c1e;font-variant-numeric:tabular-nums">${value}</td></tr>
`,
)}</table>
`,
  ];
}

/** The first link as a button, the others as text. */
export function linkButtons(
  links: readonly { readonly label: string; readonly url: string }[],
): readonly Markup[] {
  const [first, ...others] = links;
  if (!first) return [];
  return [
    markup`<table role="presentation" cellpadding="0" cellspacing="0" style="margin:20px 0 0"><tr><td class="button" style="background:#3451b2;border-radius:6px"><a href="${first.url}" style="display:inline-block;padding:10px 18px;font-size:16px;line-height:22px;font-weight:600;color:#ffffff;text-decoration:none;${WRAP}">${first.label}</a></td></tr></table>
`,
    ...others.map(
      ({ label, url }) =>
        markup`<p style="margin:12px 0 0;font-size:16px;line-height:24px;${WRAP}"><a href="${url}" class="link" style="color:#2f49a8">${label}</a></p>
`,
    ),
  ];
}

const FONT =
  "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;";
/** Long words, such as addresses, don't widen a mail beyond the screen. */
const WRAP = "overflow-wrap:anywhere;word-break:break-word;";
const CELL = `padding:8px 0;border-top:1px solid #e4e4df;font-size:15px;line-height:22px;vertical-align:top;${WRAP}`;

const TONES: Record<LetterTone, string> = {
  critical: "#b3261e",
  warning: "#8a4d00",
  info: "#3451b2",
  good: "#17713e",
};

const DARK_TONES = Object.entries({
  critical: "#ff9389",
  warning: "#f0b45e",
  info: "#a3b5f7",
  good: "#63cf90",
} satisfies Record<LetterTone, string>)
  .map(
    ([tone, color]) =>
      `.${tone}{color:${color}!important}.top-${tone}{border-top-color:${color}!important}`,
  )
  .join("");

const STYLES = `
@media (max-width:480px){.outer{padding:0!important}.card{border-left:0!important;border-right:0!important;border-bottom:0!important}.inner{padding-left:18px!important;padding-right:18px!important}}
@media (prefers-color-scheme:dark){.ground{background:#111214!important}.card{background:#18191c!important;border-left-color:#2a2c31!important;border-right-color:#2a2c31!important;border-bottom-color:#2a2c31!important}.text{color:#e9eaec!important}.muted{color:#a0a4ad!important}.line{border-color:#2a2c31!important}.link{color:#a3b5f7!important}.button{background:#4a66cc!important}${DARK_TONES}}
`;
