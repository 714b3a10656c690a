import type { Urls } from "../site/urls.ts";
import type { Alert, AlertFacts } from "../store/alerts.ts";
import { duration, percent } from "../words/amounts.ts";
import { minuteWords } from "../words/times.ts";
import { storyOf, type AlertStory, type SubjectNames } from "./alert-story.ts";
import type { Notice } from "./notice.ts";

export type NoticeWishes = {
  readonly urls: Urls;
  /** PUBLIC_URL; undefined without it. */
  readonly publicUrl: string | undefined;
  readonly names: SubjectNames;
};

/** Composes what channels are told about an alert. */
export function composeNotice(
  kind: Exclude<Notice["kind"], "test">,
  alert: Alert,
  at: number,
  { urls, publicUrl, names }: NoticeWishes,
): Notice {
  const { facts } = alert;
  const told = storyOf(
    alert,
    names,
    kind === "resolved" ? facts.peak : facts.now,
  );
  return {
    kind,
    severity: alert.severity,
    title: told.title,
    lines: linesOf(kind, alert, at, told),
    facts: [
      ...told.numbers.map(({ name, value }) => ({ name, value })),
      ...timeFacts(alert, kind),
    ],
    links: publicUrl === undefined ? [] : linksOf(alert, told, urls, publicUrl),
    at,
    alertKey: alertKey(alert),
  };
}

/** Names an alert among those of all ledgers that notify the same service. */
export function alertKey({ id, since }: Pick<Alert, "id" | "since">): string {
  return `smsledger-alert-${id}-${since}`;
}

function linesOf(
  kind: Notice["kind"],
  alert: Alert,
  at: number,
  { lines, todo }: AlertStory,
): string[] {
  const lasted = duration(at - (alert.firedAt ?? alert.since));
  switch (kind) {
    case "resolved":
      return [
        `It’s over: it lasted ${lasted}. These are the numbers of its worst moment.`,
        ...lines,
      ];
    case "reminder":
      return [
        `It has been firing for ${lasted}, and nobody has acknowledged it.`,
        ...lines,
        ...todo,
      ];
    case "acknowledged":
      return [
        alert.by === null
          ? "Somebody has acknowledged it."
          : `${alert.by} has ${alert.state === "snoozed" ? "snoozed" : "acknowledged"} it.`,
        ...(alert.note === null || alert.note === "" ? [] : [alert.note]),
      ];
    default:
      return [...lines, ...todo];
  }
}

function timeFacts(
  { firedAt, since, facts }: Alert,
  kind: Notice["kind"],
): { name: string; value: string }[] {
  return [
    { name: "Fired", value: `${minuteWords(firedAt ?? since)} UTC` },
    ...(kind === "reminder" && isShare(facts)
      ? [
          {
            name: "At worst",
            value: percent(Number(facts.peak["badness"])),
          },
        ]
      : []),
  ];
}

function isShare({ settings }: AlertFacts): boolean {
  return settings["percent"] !== undefined;
}

function linksOf(
  alert: Alert,
  { places }: AlertStory,
  urls: Urls,
  publicUrl: string,
): Notice["links"] {
  const { origin } = new URL(publicUrl);
  return [
    {
      label: "Open the alert",
      url: origin + urls.alert(alert.id),
    },
    ...places.map(({ label, href }) => ({ label, url: origin + href(urls) })),
  ];
}
