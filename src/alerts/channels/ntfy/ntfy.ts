import type { AlertSeverity } from "../../../store/alerts.ts";
import type { Notice } from "../../notice.ts";
import {
  channelKind,
  jsonRequest,
  type Moment,
  type Reply,
  type Verdict,
} from "../channel.ts";
import { httpUrl, token } from "../fields.ts";
import { usualVerdict, wrongSettings } from "../replies.ts";
import { bytesOf, fit, fitLines, unlinked } from "../text.ts";
import { linesAt, linksOf, standing, toneOf, type Tone } from "../wording.ts";

/**
 * ntfy, the public server or one's own, by publishing JSON.
 * Limits: docs.ntfy.sh/publish, "Limitations": 4,096 bytes in a message, which would become an
 * attachment if it were longer, and 1 KB in a title; three buttons.
 */
export const ntfy = channelKind({
  kind: "ntfy",
  label: "ntfy",
  fields: {
    server: {
      label: "Server",
      help: "Leave it empty for ntfy.sh.",
      example: "https://ntfy.example.com",
      whenEmpty: "https://ntfy.sh",
      getsSecrets: true,
      parse: serverUrl,
    },
    topic: {
      label: "Topic",
      help: "Anyone who knows the topic of a public server can read and write it, so choose one that nobody can guess.",
      isSecret: true,
      parse: topic,
    },
    token: {
      label: "Access token",
      help: "If the topic is protected: a token of a user who may write to it.",
      example: "tk_…",
      isSecret: true,
      whenEmpty: "",
      parse: (text) => token(text),
    },
  },
  followsAlerts: false,
  destination: ({ server }) => new URL(server).host,
  request: (notice, { server, topic, token }, moment) =>
    jsonRequest(
      server,
      JSON.stringify(messageOf(notice, topic, moment)),
      token === "" ? {} : { authorization: `Bearer ${token}` },
    ),
  verdict,
});

const TITLE_BYTES_MAX = 1_000;
const MESSAGE_BYTES_MAX = 4_096;
const FACTS_MAX = 20;
const BUTTONS_MAX = 3;
const LABEL_MAX = 60;

/** The apps show no markup unless it's asked for, but turn addresses into links. */
const ESCAPED = { write: unlinked, size: bytesOf };

function messageOf(notice: Notice, topic: string, { now }: Moment) {
  const [first] = linksOf(notice);
  const facts = notice.facts
    .slice(0, FACTS_MAX)
    .map(({ name, value }) => `${name}: ${value}`);
  const message = fitLines(
    [...linesAt(notice, now), ...facts],
    MESSAGE_BYTES_MAX,
    ESCAPED,
  );
  return {
    topic,
    title: fit(
      `${standing(notice)}: ${notice.title}`,
      TITLE_BYTES_MAX,
      ESCAPED,
    ),
    // An empty one would be shown as "triggered".
    message: message === "" ? "No details." : message,
    priority:
      notice.kind === "resolved"
        ? PRIORITIES.info
        : PRIORITIES[notice.severity],
    tags: [TAGS[toneOf(notice)]],
    ...(first && { click: first.url }),
    actions: linksOf(notice, BUTTONS_MAX).map(({ label, url }) => ({
      action: "view",
      label: fit(label, LABEL_MAX),
      url,
    })),
  };
}

/** 5 rings through a phone's quiet mode, 4 makes a sound and vibrates, 3 is the default. */
const PRIORITIES: Record<AlertSeverity, number> = {
  critical: 5,
  warning: 4,
  info: 3,
};

/** Shown as emojis before the title. Source: docs.ntfy.sh/emojis. */
const TAGS: Record<Tone, string> = {
  critical: "rotating_light",
  warning: "warning",
  info: "information_source",
  good: "white_check_mark",
};

function serverUrl(text: string): string {
  const url = httpUrl(text);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "")
    throw new Error(
      "can’t have anything after the host. Enter the topic below",
    );
  return url.origin;
}

function topic(text: string): string {
  if (!/^[-_A-Za-z0-9]{1,64}$/.test(text))
    throw new Error("can have letters, digits, - and _, at most 64");
  return text;
}

function verdict(reply: Reply): Verdict {
  if (reply.status === 401)
    return wrongSettings(
      "ntfy doesn’t accept the access token. Create a new one and enter it here.",
    );
  if (reply.status === 403)
    return wrongSettings(
      "ntfy doesn’t allow writing to this topic. Enter an access token of a user who may, or choose another topic.",
    );
  if (reply.status === 404)
    return wrongSettings(
      "There is no ntfy at this server’s address. Check it.",
    );
  return usualVerdict("ntfy", reply);
}
