import {
  ALERT_CHANNEL_NAME_MAX,
  type AlertChannel,
  type AlertChannelRefusal,
  type AlertChannelSettings,
  type NewAlertChannel,
  type QuietHours,
  ALERT_CHANNELS_MAX,
} from "../store/alert-channels.ts";
import { ALERT_SEVERITIES, type AlertSeverity } from "../store/alerts.ts";
import { isTimeZone } from "../time/time-zones.ts";
import { checkedSettings } from "./channels/channels.ts";
import type { ChannelKind } from "./channels/channel.ts";
import { nameMistake } from "../words/name-mistake.ts";

/** The form of a channel, as it was filled in. */
export type ChannelForm = {
  readonly name: string;
  /** By field; a secret is never given back. */
  readonly settings: Readonly<Record<string, string>>;
  readonly severities: readonly AlertSeverity[];
  readonly quiet: QuietForm;
  /** What is wrong, as a sentence, by the name of the form's field. */
  readonly mistakes: Readonly<Record<string, string>>;
};

type QuietForm = {
  /** `22:00`, or "" for none. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
};

export const EMPTY_CHANNEL_FORM: ChannelForm = {
  name: "",
  settings: {},
  severities: ALERT_SEVERITIES,
  quiet: { from: "", to: "", timeZone: "" },
  mistakes: {},
};

/** Returns the form that shows a channel. */
export function formOfChannel(
  kind: ChannelKind,
  { name, severities, quietHours }: AlertChannel,
  settings: AlertChannelSettings,
): ChannelForm {
  return {
    name,
    settings: withoutSecrets(kind, settings),
    severities,
    quiet:
      quietHours === null
        ? EMPTY_CHANNEL_FORM.quiet
        : {
            from: clockText(quietHours.from),
            to: clockText(quietHours.to),
            timeZone: quietHours.timeZone,
          },
    mistakes: {},
  };
}

export type ChannelFormRead =
  | {
      readonly channel: Omit<NewAlertChannel, "isOn">;
      readonly form: ChannelForm;
    }
  | { readonly channel: undefined; readonly form: ChannelForm };

/**
 * Reads a posted form; `field` returns what was posted under a name. Secrets that were left
 * empty keep their value `before`.
 */
export function readChannelForm(
  kind: ChannelKind,
  field: (name: string) => string,
  before: AlertChannelSettings = {},
): ChannelFormRead {
  const name = field("name").trim();
  const given = Object.fromEntries(
    Object.keys(kind.fields).map((each) => [each, field(`setting-${each}`)]),
  );
  const severities = ALERT_SEVERITIES.filter(
    (each) => field(`takes-${each}`) !== "",
  );
  const quiet = {
    from: field("quiet-from").trim(),
    to: field("quiet-to").trim(),
    timeZone: field("quiet-zone").trim(),
  };
  const checked = checkedSettings(kind.kind, given, before);
  const quietHours = readQuietHours(quiet);
  const mistakes: Record<string, string> = {};
  const ofName = nameMistake("channel", name, ALERT_CHANNEL_NAME_MAX);
  if (ofName !== undefined) mistakes["name"] = ofName;
  if ("mistakes" in checked)
    for (const [each, mistake] of Object.entries(checked.mistakes))
      mistakes[`setting-${each}`] = mistake;
  if (typeof quietHours === "string") mistakes["quiet"] = quietHours;
  const form = {
    name,
    settings: withoutSecrets(kind, given),
    severities,
    quiet,
    mistakes,
  };
  return "mistakes" in checked ||
    typeof quietHours === "string" ||
    ofName !== undefined
    ? { channel: undefined, form }
    : {
        channel: {
          kind: kind.kind,
          name,
          severities,
          quietHours,
          settings: checked.settings,
        },
        form,
      };
}

function withoutSecrets(
  { fields }: ChannelKind,
  settings: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).filter(
      ([name]) => fields[name] !== undefined && !fields[name].isSecret,
    ),
  );
}

/** Returns the quiet hours of a form, null for none, or what is wrong, as a sentence. */
function readQuietHours({
  from,
  to,
  timeZone,
}: QuietForm): QuietHours | null | string {
  if (from === "" && to === "") return null;
  const begins = minutesOf(from);
  const ends = minutesOf(to);
  if (begins === undefined || ends === undefined)
    return "Give both times, such as 22:00 and 07:00, or none.";
  if (begins === ends)
    return "Quiet hours can’t begin and end at the same time.";
  const zone = timeZone === "" ? "UTC" : timeZone;
  if (!isTimeZone(zone))
    return "The time zone must be a name such as Europe/Berlin or UTC.";
  return { from: begins, to: ends, timeZone: zone };
}

function minutesOf(text: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

/** `22:00` of minutes since midnight. */
export function clockText(minutes: number): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Why a channel wasn't added or changed, as a sentence. */
export const CHANNEL_REFUSALS: Record<AlertChannelRefusal, string> = {
  "name taken":
    "Another channel has this name. Choose another, so that people can tell them apart.",
  "too many": `There are already ${ALERT_CHANNELS_MAX} channels, the maximum. Remove one that nobody reads.`,
  "no such channel": "This channel was removed meanwhile.",
};

/** Returns the secrets that were made because a form left them empty: they're shown once. */
export function generatedSecrets(
  { fields }: ChannelKind,
  settings: AlertChannelSettings,
  field: (name: string) => string,
): readonly string[] {
  return Object.entries(fields).flatMap(([name, { whenEmpty }]) =>
    typeof whenEmpty === "function" && field(`setting-${name}`).trim() === ""
      ? (settings[name] ?? [])
      : [],
  );
}
