import type { By } from "./accounts.ts";
import type { AlertSeverity } from "./alerts.ts";

export const ALERT_CHANNEL_KINDS = [
  "email",
  "slack",
  "teams",
  "discord",
  "ntfy",
  "pagerduty",
  "webhook",
] as const;
export type AlertChannelKind = (typeof ALERT_CHANNEL_KINDS)[number];

/** What a kind needs to send, by field; some are secrets. */
export type AlertChannelSettings = Readonly<Record<string, string>>;

/** When only critical notices are sent; the others wait for the end. */
export type QuietHours = {
  /** Minutes since midnight. An end before the beginning is on the next day. */
  readonly from: number;
  readonly to: number;
  /** An IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
};

/** Where notices are sent, without its settings, which contain secrets. */
export type AlertChannel = {
  readonly id: number;
  readonly kind: AlertChannelKind;
  /** Unique. */
  readonly name: string;
  /** Which notices it takes of rules that don't name their channels. */
  readonly severities: readonly AlertSeverity[];
  readonly quietHours: QuietHours | null;
  readonly isOn: boolean;
  readonly createdBy: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
};

export type NewAlertChannel = Pick<
  AlertChannel,
  "kind" | "name" | "severities" | "quietHours" | "isOn"
> & { readonly settings: AlertChannelSettings };
/** Its kind can't be changed. New settings replace all of them. */
export type AlertChannelChange = Partial<Omit<NewAlertChannel, "kind">>;

/** Why a channel wasn't added or changed. */
export type AlertChannelRefusal = "name taken" | "too many" | "no such channel";

/** Notification channels. Each change adds its entry to the audit list in the same transaction. */
export interface AlertChannelStore {
  /** By name; at most `ALERT_CHANNELS_MAX`. */
  list(): Promise<readonly AlertChannel[]>;
  byId(id: number): Promise<AlertChannel | undefined>;
  /** With secrets: only for sending, and for replacing some of them. */
  settingsOf(id: number): Promise<AlertChannelSettings | undefined>;
  /** Resolves to the new channel's id, or to why there is none. */
  add(
    channel: NewAlertChannel,
    by: By,
  ): Promise<
    { readonly id: number } | { readonly refusal: AlertChannelRefusal }
  >;
  /** Resolves to why it wasn't changed; undefined once it is. */
  change(
    id: number,
    change: AlertChannelChange,
    by: By,
  ): Promise<AlertChannelRefusal | undefined>;
  /**
   * Rules that name only this channel notify by severity again. Resolves to whether it
   * existed.
   */
  remove(id: number, by: By): Promise<boolean>;
}

export const ALERT_CHANNELS_MAX = 50;
export const ALERT_CHANNEL_NAME_MAX = 100;
