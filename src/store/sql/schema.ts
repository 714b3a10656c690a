import type { Generated } from "kysely";
import type { Role } from "../accounts.ts";
import type { AlertChannelKind } from "../alert-channels.ts";
import type {
  AlertEvent,
  AlertSeverity,
  AlertState,
  RuleKind,
} from "../alerts.ts";
import type { AuditKind } from "../audit.ts";
import type { DigestFrequency } from "../digests.ts";
import type { DisabledReason, EndpointState } from "../endpoints.ts";
import type { ItemFeed, Resend, ResendKind, Target } from "../outbox.ts";

/** The tables as Kysely sees them. Each engine's migrations create them. */
export type Schema = {
  audit: {
    id: Generated<number>;
    at: number;
    actor: string;
    action: string;
    subject: string;
    address: string | null;
    kind: AuditKind;
    times: number;
    first_at: number;
  };
  api_tokens: {
    id: Generated<number>;
    name: string;
    hash: string;
    scope: number;
    created_by: string;
    created_at: number;
    last_used_at: number | null;
  };
  endpoints: {
    id: Generated<number>;
    name: string;
    name_key: string;
    url: string;
    filter: string;
    events: string | null;
    rate_per_second: number;
    concurrency: number;
    secret: string;
    previous_secret: string | null;
    previous_until: number | null;
    state: EndpointState;
    disabled_reason: DisabledReason | null;
    state_changed_at: number;
    created_at: number;
    created_by: string;
    revision: number;
  };
  targets: {
    target: Target;
    events_cursor: number;
    suppressions_cursor: number;
    failing_since: number | null;
    last_success_at: number | null;
    opened_at: number | null;
    held_until: number | null;
  };
  deliveries: {
    id: Generated<number>;
    target: Target;
    feed: ItemFeed;
    item_id: number;
    attempts: number;
    added_at: number;
    last_at: number | null;
    next_at: number | null;
    notice: string | null;
  };
  attempts: {
    id: Generated<number>;
    target: Target;
    at: number;
    is_success: number;
    facts: string;
  };
  target_hours: {
    target: Target;
    hour: number;
    is_success: number;
    bucket: number;
    times: number;
  };
  resends: {
    id: Generated<number>;
    target: Target;
    kind: ResendKind;
    after_id: number;
    until_id: number;
    cursor: number;
    from_at: number | null;
    until_at: number | null;
    rate_per_second: number;
    state: Resend["state"];
    sent: number;
    failed: number;
    created_at: number;
    created_by: string;
    ended_at: number | null;
  };
  users: {
    id: Generated<number>;
    name: string;
    name_key: string;
    role: Role;
    password_hash: string | null;
    is_password_temporary: number;
    created_at: number;
    last_seen_at: number | null;
  };
  sessions: {
    id: Generated<number>;
    token_hash: string;
    user_id: number;
    device: string;
    address: string | null;
    created_at: number;
    last_used_at: number;
  };
  guess_limits: { key: string; whole_at: number };
  secrets: { name: string; value: string };
  refusals: {
    id: Generated<number>;
    key: string;
    first_at: number;
    last_at: number;
    times: number;
    is_mendable: number;
    facts: string;
  };
  refusals_unlisted: { hour: number; times: number };
  refusals_seen: { id: number; seen_at: number };
  sids: { id: Generated<number>; sid: string };
  addresses: {
    id: Generated<number>;
    address: string;
    last_digits: number | null;
    country: string | null;
  };
  post_shapes: { id: Generated<number>; shape: string };
  messages: {
    id: Generated<number>;
    sid: Uint8Array;
    channel: number;
    status: number;
    to_id: number | null;
    from_id: number | null;
    error_code: number | null;
    account_id: number | null;
    service_id: number | null;
    num_segments: number | null;
    first_event_at: number;
    last_event_at: number;
    /** The recipient's. */
    country: string | null;
    /** Bits; see `sourceBit`. */
    sources: number;
    /** See `carrierOf`. */
    carrier: string | null;
  };
  ledger: { one: number; id: string };
  upkeep_notes: { name: string; note: string };
  message_hours: { hour: number; first_id: number; last_id: number };
  events: {
    id: Generated<number>;
    message_id: number;
    channel: number;
    status: number;
    received_at: number;
    to_id: number | null;
    from_id: number | null;
    error_code: number | null;
    error_message: string | null;
    account_id: number | null;
    service_id: number | null;
    num_segments: number | null;
    raw_dlr_done_date: string | null;
    query: string | null;
    shape_id: number;
    post_values: string | null;
    /** 1 when an earlier event of this message has this status. */
    is_supplement: number;
    /** A place in EVENT_SOURCES. */
    source: number;
    occurred_at: number | null;
    carrier: string | null;
    /** Of the Messages API, when the message was sent. */
    sent_at: number | null;
  };
  /** Messages with an event that the Messages API was the first to report. */
  api_messages: { message_id: number };
  event_confirmations: {
    event_id: number;
    source: number;
    received_at: number;
    occurred_at: number | null;
    num_segments: number | null;
    carrier: string | null;
  };
  tags: { id: Generated<number>; name: string; value: string };
  message_tags: { message_id: number; tag_id: number };
  event_repeats: { event_id: number; repeats: number; last_at: number };
  rollups: {
    grain: number;
    bucket: number;
    dimension: number;
    error_code: number;
    key: number | string;
    sent: number;
    failed: number;
    undelivered: number;
    delivered: number;
    read: number;
  };
  /** The messages of each minute, of all time. */
  message_minutes: {
    minute: number;
    sent: number;
    failed: number;
    undelivered: number;
    delivered: number;
    read: number;
  };
  rollup_clock: {
    id: number;
    minutes_from: number;
    hours_until: number;
    days_until: number;
    weeks_until: number;
  };
  backfill_days: {
    day: string;
    wanted_at: number;
    next_page: string | null;
    pages: number;
    messages: number;
    found: number;
    unreadable: number;
    by_callback: number;
    by_stream: number;
    by_both: number;
    by_api: number;
    missed_away: number;
    missed_refused: number;
    missed_rejected: number;
    missed_no_url: number;
    /** The last event when it was wanted. */
    after_event_id: number;
    read_at: number | null;
  };
  message_prices: {
    message_id: number;
    day: number;
    amount: string | null;
    currency: string | null;
    micros: number;
    picos: number;
    segments: number;
    has_fee: number;
  };
  cost_sums: {
    dimension: number;
    grain: number;
    bucket: number;
    key: string;
    currency: string;
    messages: number;
    micros: number;
    picos: number;
    segments: number;
    with_fee: number;
    seen: number;
  };
  reconciled_messages: {
    message_id: number;
    asked: number;
    next_at: number | null;
    gone_at: number | null;
  };
  saved_views: {
    id: Generated<number>;
    owner_id: number | null;
    name: string;
    name_key: string;
    filter: string;
    in_digest: number;
    revision: number;
    created_by: string;
    created_at: number;
    changed_by: string | null;
    changed_at: number | null;
  };
  digests: {
    user_id: number;
    address: string;
    frequency: DigestFrequency;
    time_zone: string;
    hour: number;
    from_at: number;
    due_at: number;
    attempts: number;
    retry_at: number | null;
    error: string | null;
    sent_at: number | null;
  };
  suppressions: {
    recipient_id: number;
    channel: number;
    reason: number;
    error_code: number | null;
    since: number;
    message_id: number;
    change_id: number;
    /** 1 when retention deleted a message to this recipient since. */
    is_stale: number;
  };
  suppression_clearings: {
    recipient_id: number;
    channel: number;
    up_to_message_id: number;
  };
  suppression_changes: {
    id: number;
    at: number;
    recipient_id: number;
    channel: number;
    kind: number;
    reason: number;
    error_code: number | null;
    since: number;
    message_id: number;
    actor: string | null;
    note: string | null;
  };
  suppression_reader: {
    one: number;
    event_id: number;
    walked_to: number | null;
    last_change_id: number;
  };
  failing_recipients: {
    recipient_id: number;
    failures: number;
    messages: number;
    last_failure_id: number;
    last_error_code: number | null;
    last_failure_at: number;
  };
  alert_rules: {
    id: Generated<number>;
    kind: RuleKind;
    name: string;
    filter: string;
    /** JSON. */
    settings: string;
    severity: AlertSeverity;
    is_on: number;
    /** JSON: ids of channels; null for routing by severity. */
    channels: string | null;
    created_by: string;
    created_at: number;
    changed_by: string | null;
    changed_at: number | null;
  };
  alerts: {
    id: Generated<number>;
    rule_id: number | null;
    rule_kind: RuleKind;
    rule_name: string;
    key: string;
    severity: AlertSeverity;
    state: AlertState;
    version: number;
    since: number;
    fired_at: number | null;
    resolved_at: number | null;
    handled_by: string | null;
    note: string | null;
    snoozed_until: number | null;
    told_kind: string | null;
    told_at: number | null;
    /** JSON. */
    facts: string;
  };
  alert_history: {
    id: Generated<number>;
    alert_id: number;
    at: number;
    what: AlertEvent;
    actor: string;
    note: string;
  };
  muted_codes: {
    error_code: number;
    muted_at: number;
    muted_by: string;
    note: string;
  };
  alert_channels: {
    id: Generated<number>;
    kind: AlertChannelKind;
    name: string;
    /** JSON, with secrets. */
    settings: string;
    /** JSON. */
    severities: string;
    quiet_hours: string | null;
    is_on: number;
    created_by: string;
    created_at: number;
  };
};
