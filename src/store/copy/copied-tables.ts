import type { CopiedGroup } from "../copying.ts";

const group = (name: string, ...key: string[]): CopiedGroup => [{ name, key }];

export const MESSAGES: CopiedGroup = [
  { name: "messages", key: ["id"] },
  { name: "events", key: ["message_id"] },
  { name: "message_tags", key: ["message_id"] },
];

export const ADDRESSES = group("addresses", "id");

/**
 * Everything that is copied. What messages refer to comes before them; so do the ids of each hour,
 * which tell how large a partition should be.
 */
export const COPIED_GROUPS: readonly CopiedGroup[] = [
  group("message_minutes", "minute"),
  group("message_hours", "hour"),
  group("sids", "id"),
  group("sid_days", "id"),
  ADDRESSES,
  group("post_shapes", "id"),
  group("shape_days", "id"),
  group("tags", "id"),
  MESSAGES,
  group("event_addresses", "address_id", "message_id"),
  group("event_repeats", "event_id"),
  group("event_confirmations", "event_id"),
  group("api_messages", "message_id"),
  group("failing_recipients", "recipient_id"),
  // Without its last column, by which engines put rows in a different order.
  group("rollups", "grain", "bucket", "dimension", "error_code"),
  group("rollup_clock", "id"),
  [
    { name: "users", key: ["id"] },
    { name: "sessions", key: ["user_id"] },
  ],
  group("guess_limits", "key"),
  group("secrets", "name"),
  group("api_tokens", "id"),
  group("audit", "id"),
  group("refusals", "id"),
  group("refusals_unlisted", "hour"),
  group("refusals_seen", "id"),
  group("upkeep_notes", "name"),
  group("endpoints", "id"),
  group("targets", "target"),
  group("deliveries", "id"),
  group("attempts", "id"),
  group("target_hours", "target", "hour", "is_success", "bucket"),
  group("resends", "id"),
  group("alert_rules", "id"),
  group("alerts", "id"),
  group("alert_history", "id"),
  group("muted_codes", "error_code"),
  group("alert_channels", "id"),
  group("suppressions", "recipient_id", "channel"),
  group("suppression_clearings", "recipient_id", "channel"),
  group("suppression_changes", "id"),
  group("suppression_reader", "one"),
  group("digests", "user_id"),
  group("saved_views", "id"),
  group("backfill_days", "day"),
  group("reconciled_messages", "message_id"),
  group("message_prices", "message_id"),
  group("cost_sums", "dimension", "grain", "bucket", "currency", "key"),
];

/** Tables whose ids the database itself gives. */
export const NUMBERED_TABLES = [
  "audit",
  "refusals",
  "users",
  "sessions",
  "api_tokens",
  "endpoints",
  "deliveries",
  "attempts",
  "resends",
  "alert_rules",
  "alerts",
  "alert_history",
  "alert_channels",
  "saved_views",
] as const;

/** Tables whose ids recording gives. */
export const RECORDED_TABLES = [
  "events",
  "messages",
  "addresses",
  "sids",
  "post_shapes",
  "tags",
] as const;

/** A table with any of this has been used. */
export const SIGNS_OF_USE = [
  "messages",
  "users",
  "api_tokens",
  "endpoints",
  "alert_channels",
  "audit",
] as const;
