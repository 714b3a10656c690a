import { createHash } from "node:crypto";
import type { Notice } from "../../notice.ts";
import {
  channelKind,
  jsonRequest,
  type Moment,
  type Reply,
  type Verdict,
} from "../channel.ts";
import { later, usualVerdict, wrongSettings } from "../replies.ts";
import { fit, oneLine } from "../text.ts";
import { linesAt, linksOf } from "../wording.ts";

/**
 * PagerDuty, through its Events API v2. All events of one alert have one `dedup_key`, so they
 * open, acknowledge and resolve one incident.
 * Source: developer.pagerduty.com/docs, "Send an Alert Event" and "Events API v2 Overview":
 * 1,024 characters in a summary, 255 in a dedup_key, 512 KB in all.
 */
export const pagerduty = channelKind({
  kind: "pagerduty",
  label: "PagerDuty",
  fields: {
    routingKey: {
      label: "Integration key",
      help: "Of an integration “Events API V2” of the PagerDuty service: 32 letters and digits.",
      isSecret: true,
      parse: integrationKey,
    },
    region: {
      label: "Service region",
      help: "Where your PagerDuty account is. For EU, its address ends in .eu.pagerduty.com.",
      whenEmpty: "us",
      options: [
        { value: "us", label: "US" },
        { value: "eu", label: "EU" },
      ],
      parse: (text) => {
        if (text !== "us" && text !== "eu") throw new Error("must be us or eu");
        return text;
      },
    },
  },
  followsAlerts: true,
  destination: ({ region }) =>
    region === "eu" ? "PagerDuty, EU" : "PagerDuty",
  request: (notice, { routingKey, region }, moment) =>
    jsonRequest(
      region === "eu"
        ? "https://events.eu.pagerduty.com/v2/enqueue"
        : "https://events.pagerduty.com/v2/enqueue",
      JSON.stringify({
        routing_key: routingKey,
        dedup_key: dedupKey(notice),
        event_action: ACTIONS[notice.kind],
        ...details(notice, moment),
      }),
    ),
  verdict,
});

/** A repeated trigger adds to the incident and notifies nobody who has acknowledged it. */
const ACTIONS: Record<Notice["kind"], "trigger" | "acknowledge" | "resolve"> = {
  firing: "trigger",
  reminder: "trigger",
  test: "trigger",
  acknowledged: "acknowledge",
  resolved: "resolve",
};

const SUMMARY_MAX = 1_024;
const DEDUP_KEY_MAX = 255;
const TEXT_MAX = 2_000;
const ITEMS_MAX = 30;
const LINKS_MAX = 10;
const LABEL_MAX = 100;

function details(notice: Notice, { now, site }: Moment) {
  const links = linksOf(notice, LINKS_MAX).map(({ label, url }) => ({
    href: url,
    text: fit(label, LABEL_MAX),
  }));
  const facts = notice.facts
    .slice(0, ITEMS_MAX)
    .map(
      ({ name, value }) =>
        [fit(name, LABEL_MAX), fit(value, TEXT_MAX)] as const,
    );
  return {
    payload: {
      summary: fit(notice.title, SUMMARY_MAX) || "Alert",
      source: fit(site, LABEL_MAX) || "smsledger",
      severity: notice.severity,
      timestamp: new Date(notice.at).toISOString(),
      custom_details: {
        description: linesAt(notice, now)
          .slice(0, ITEMS_MAX)
          .map((line) => fit(line, TEXT_MAX))
          .join("\n"),
        ...Object.fromEntries(facts),
      },
    },
    links,
    client: "smsledger",
    ...(links[0] && { client_url: links[0].href }),
  };
}

function dedupKey({ alertKey }: Notice): string {
  const key = oneLine(alertKey);
  return key.length <= DEDUP_KEY_MAX
    ? key
    : createHash("sha256").update(alertKey).digest("hex");
}

function integrationKey(text: string): string {
  if (!/^[A-Za-z0-9]{32}$/.test(text))
    throw new Error("must be 32 letters and digits");
  return text;
}

function verdict(reply: Reply): Verdict {
  if (reply.status === 400)
    return wrongSettings(
      "PagerDuty doesn’t accept this integration key. Copy it again from the service’s integration “Events API V2”, and check the region.",
    );
  if (reply.status === 429)
    return later(
      "PagerDuty limits how often it takes events. smsledger tries again.",
    );
  return usualVerdict("PagerDuty", reply);
}
