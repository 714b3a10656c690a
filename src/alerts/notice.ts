import type { AlertSeverity } from "../store/alerts.ts";

/** What a notification channel is told about one alert. */
export type Notice = {
  /** Channels without a notion of `acknowledged` skip such notices. */
  readonly kind: "firing" | "reminder" | "acknowledged" | "resolved" | "test";
  readonly severity: AlertSeverity;
  /** One line, without markup: `12% of messages failed in the last 15 minutes`. */
  readonly title: string;
  /** Sentences: what happened, what it means, what to do. */
  readonly lines: readonly string[];
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Absolute, from PUBLIC_URL; empty without it. */
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** Milliseconds since 1970. */
  readonly at: number;
  /**
   * The alert's: the same in all notices of one alert. For PagerDuty's `dedup_key`, for
   * threads, and with `kind` for the `webhook-id`.
   */
  readonly alertKey: string;
};
