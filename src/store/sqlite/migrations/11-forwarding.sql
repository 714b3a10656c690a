-- Where events are forwarded, and what still has to reach a target: an endpoint or an alert
-- channel, named `endpoint:3`.

  -- filter: in the filter language; "" is everything. events: a JSON array of types; null is all.
  CREATE TABLE endpoints (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    filter TEXT NOT NULL,
    events TEXT,
    rate_per_second INTEGER NOT NULL,
    concurrency INTEGER NOT NULL,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_until INTEGER,
    state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'disabled')),
    disabled_reason TEXT,
    state_changed_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    revision INTEGER NOT NULL
  ) STRICT;

  -- How far each target is. The cursors are ids: those of the last event, and of the last change
  -- of suppressions, that was delivered or has a row in deliveries.
  CREATE TABLE targets (
    target TEXT PRIMARY KEY,
    events_cursor INTEGER NOT NULL,
    suppressions_cursor INTEGER NOT NULL,
    failing_since INTEGER,
    last_success_at INTEGER,
    opened_at INTEGER,
    held_until INTEGER
  ) STRICT, WITHOUT ROWID;

  -- feed: events, suppressions or notices. next_at: null once it's given up. notice: JSON.
  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    feed TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    last_at INTEGER,
    next_at INTEGER,
    notice TEXT,
    UNIQUE (target, feed, item_id)
  ) STRICT;
  CREATE INDEX deliveries_next ON deliveries (target, next_at, last_at);

  -- facts: the part of an attempt that is only shown, as JSON.
  CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    at INTEGER NOT NULL,
    is_success INTEGER NOT NULL,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX attempts_target ON attempts (target, id);
  CREATE INDEX attempts_failed ON attempts (target, is_success, id);

  -- Attempts by hour since 1970, outcome and duration: a place in DURATION_BUCKETS (store/outbox.ts).
  CREATE TABLE target_hours (
    target TEXT NOT NULL,
    hour INTEGER NOT NULL,
    is_success INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (target, hour, is_success, bucket)
  ) STRICT, WITHOUT ROWID;

  -- Jobs that send past events again: those with ids after after_id, up to until_id. For the
  -- kind 'failed' these are ids of deliveries.
  CREATE TABLE resends (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('event', 'failed', 'range')),
    after_id INTEGER NOT NULL,
    until_id INTEGER NOT NULL,
    cursor INTEGER NOT NULL,
    from_at INTEGER,
    until_at INTEGER,
    rate_per_second INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'stopped', 'done')),
    sent INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    ended_at INTEGER
  ) STRICT;
  CREATE INDEX resends_target ON resends (target, id);
