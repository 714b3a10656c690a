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
import { BREAK, bytesOf, escapedBy, fit, oneLine } from "../text.ts";
import {
  heading,
  linesAt,
  linksOf,
  standing,
  toneOf,
  whenWords,
  type Tone,
} from "../wording.ts";

/**
 * Microsoft Teams, through a workflow that posts Adaptive Cards (version 1.4).
 * Limit: learn.microsoft.com/connectors/teams, "Message size limitations": about 28 KB for a
 * message with everything that Teams makes of it, so this stays well below.
 */
export const teams = channelKind({
  kind: "teams",
  label: "Microsoft Teams",
  fields: {
    workflowUrl: secretUrl("Workflow URL", {
      help: "The URL of a workflow made from the template “Send webhook alerts to a channel”.",
      example: "https://….powerplatform.com/…&sig=…",
      check: checkUrl,
    }),
  },
  followsAlerts: false,
  destination: () => "Microsoft Teams",
  request: (notice, { workflowUrl }, moment) =>
    jsonRequest(workflowUrl, messageOf(notice, moment)),
  verdict,
});

const MESSAGE_BYTES_MAX = 20_000;
const FACTS_MAX = 12;
/** Teams shows six buttons; Microsoft's other programs show five. */
const LINKS_MAX = 5;

/**
 * Neither a mention nor a date function: those are the only ones that Teams looks for in a
 * `TextRun`, which unlike a `TextBlock` has no markup.
 * Source: learn.microsoft.com/adaptive-cards/authoring-cards/text-features.
 */
const ESCAPED = escapedBy((text) =>
  text.replace(/<(?=\/?at\b)/gi, `<${BREAK}`).replaceAll("{{", `{${BREAK}{`),
);

/** The card with as much text as fits: all of it, or the same parts with less room each. */
function messageOf(notice: Notice, moment: Moment): string {
  const sizes = [1, 0.5, 0.25, 0.1].map((share) =>
    JSON.stringify({
      type: "message",
      attachments: [
        {
          contentType: "application/vnd.microsoft.card.adaptive",
          contentUrl: null,
          content: cardOf(notice, moment, share),
        },
      ],
    }),
  );
  return (
    sizes.find((message) => bytesOf(message) <= MESSAGE_BYTES_MAX) ??
    sizes[sizes.length - 1] ??
    ""
  );
}

function cardOf(notice: Notice, { now }: Moment, share: number) {
  const room = (max: number) => Math.floor(max * share);
  const texts = linesAt(notice, now)
    .slice(0, LINES_MAX)
    .map((line) => fit(line, room(1_500), ESCAPED))
    .filter((line) => line !== "");
  const actions = linksOf(notice, LINKS_MAX)
    .filter(({ url }) => url.length <= room(1_500))
    .map(({ label, url }) => ({
      type: "Action.OpenUrl",
      title: fit(label, 80, ESCAPED),
      url,
    }));
  return {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    fallbackText: fit(heading(notice), 200, ESCAPED),
    body: [
      {
        type: "Container",
        style: STYLES[toneOf(notice)],
        bleed: true,
        items: [
          richText([
            { text: standing(notice), weight: "Bolder" },
            { text: ` · ${whenWords(notice.at)}` },
          ]),
          richText([
            {
              text: fit(notice.title, room(600), ESCAPED) || "Alert",
              size: "Large",
              weight: "Bolder",
            },
          ]),
        ],
      },
      ...texts.map((text) => richText([{ text }])),
      ...factRows(notice, room(400)),
    ],
    ...(actions.length > 0 && { actions }),
  };
}

const LINES_MAX = 12;

/** Rows of two columns: a `FactSet` would look for markup in its texts. */
function factRows({ facts }: Notice, valueMax: number) {
  const known = facts.filter(
    ({ name, value }) => oneLine(name) !== "" && oneLine(value) !== "",
  );
  return known.slice(0, FACTS_MAX).map(({ name, value }, index) => ({
    type: "ColumnSet",
    spacing: index === 0 ? "Medium" : "Small",
    columns: [
      column(1, { text: fit(name, 100, ESCAPED), isSubtle: true }),
      column(2, { text: fit(value, valueMax, ESCAPED) }),
    ],
  }));
}

type Run = {
  readonly text: string;
  readonly weight?: "Bolder";
  readonly size?: "Large";
  readonly isSubtle?: true;
};

function column(width: number, run: Run) {
  return { type: "Column", width, items: [richText([run])] };
}

function richText(runs: readonly Run[]) {
  return {
    type: "RichTextBlock",
    inlines: runs.map((run) => ({ type: "TextRun", ...run })),
  };
}

const STYLES: Record<Tone, string> = {
  critical: "attention",
  warning: "warning",
  info: "accent",
  good: "good",
};

function checkUrl(url: URL): void {
  if (/\.webhook\.office\.com$|^outlook\.office/.test(url.host))
    throw new Error(
      "is of an Office 365 connector, which Microsoft has turned off. Create a workflow in Teams and enter its URL",
    );
  if (!url.searchParams.has("sig"))
    throw new Error("isn’t complete. It has sig= and a signature in it");
}

const NEW_WORKFLOW =
  "Copy the URL from the workflow’s trigger again, or create a new workflow, and enter its URL here.";

/** Codes of Azure Logic Apps, which run Teams' workflows, in the body of an error. */
const ERRORS = {
  WorkflowTriggerIsNotEnabled: wrongSettings(
    "The workflow is turned off or was deleted. Turn it on in Teams, in the app Workflows, or create a new one and enter its URL here.",
  ),
  WorkflowNotFound: wrongSettings(
    `The workflow no longer exists. ${NEW_WORKFLOW}`,
  ),
  DirectApiAuthorizationRequired: wrongSettings(
    "The workflow only takes requests from signed-in users. Set its trigger to “Anyone” can trigger it.",
  ),
  DirectApiInvalidAuthorizationScheme: wrongSettings(
    "The workflow only takes requests from signed-in users. Set its trigger to “Anyone” can trigger it.",
  ),
  TriggerInputSchemaMismatch: wrongSettings(
    "The workflow expects other data. Create one from the template “Send webhook alerts to a channel” and enter its URL here.",
  ),
} satisfies Record<string, Verdict>;

function verdict(reply: Reply): Verdict {
  const { status } = reply;
  // A workflow that Teams itself fails answers with a success that has the error in its text.
  if (status < 300 && /HTTP error (?:413|429|5\d\d)/.test(reply.text))
    return later(
      "Teams didn’t take the message from the workflow. smsledger tries again.",
    );
  if (status < 300) return usualVerdict("Teams", reply);
  const known = verdictFor(ERRORS, reply);
  if (known) return known;
  if (status === 401 || status === 403 || status === 404)
    return wrongSettings(
      `Teams doesn’t accept this workflow URL. ${NEW_WORKFLOW}`,
    );
  return usualVerdict("Teams", reply);
}
