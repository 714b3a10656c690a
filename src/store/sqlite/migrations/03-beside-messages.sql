-- Accounts, tokens, audit entries, refusals, notes, and what erasing and retention need.

  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    address TEXT
  ) STRICT;
  CREATE INDEX audit_action ON audit (action, id);

  -- facts: the part of a refusal that is only shown, as JSON.
  CREATE TABLE refusals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times INTEGER NOT NULL,
    is_mendable INTEGER NOT NULL,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX refusals_key ON refusals (key, first_at);
  CREATE INDEX refusals_last ON refusals (last_at);
  CREATE INDEX refusals_mendable ON refusals (is_mendable, last_at);
  CREATE INDEX refusals_strange ON refusals (first_at) WHERE is_mendable = 0;

  CREATE TABLE refusals_unlisted (
    hour INTEGER PRIMARY KEY,
    times INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE refusals_seen (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seen_at INTEGER NOT NULL
  ) STRICT;

  -- Tokens and codes are kept as SHA-256, passwords as argon2id.
  CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('admin', 'member')),
    password_hash TEXT,
    is_password_temporary INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER
  ) STRICT;

  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    device TEXT NOT NULL,
    address TEXT,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sessions_user ON sessions (user_id);

  -- How often passwords may be guessed.
  CREATE TABLE guess_limits (
    key TEXT PRIMARY KEY,
    whole_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX guess_limits_whole_at ON guess_limits (whole_at);

  -- The key of form tokens and cookies, and the hash of the code that creates the first user.
  CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- scope: a place in TOKEN_SCOPES (store/api-tokens.ts).
  CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL UNIQUE,
    scope INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
  ) STRICT;

  -- Addresses that an event of a message has and the message itself doesn't have, or didn't at
  -- some time. They are rare, and events have no index by their addresses.
  CREATE TABLE event_addresses (
    address_id INTEGER NOT NULL REFERENCES addresses (id),
    message_id INTEGER NOT NULL REFERENCES messages (id),
    PRIMARY KEY (address_id, message_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO event_addresses
    SELECT events.to_id, message_id FROM events
      CROSS JOIN messages ON messages.id = message_id
      WHERE events.to_id IS NOT NULL AND events.to_id IS NOT messages.to_id
      AND events.to_id IS NOT messages.from_id UNION
    SELECT events.from_id, message_id FROM events
      CROSS JOIN messages ON messages.id = message_id
      WHERE events.from_id IS NOT NULL AND events.from_id IS NOT messages.to_id
      AND events.from_id IS NOT messages.from_id;

  -- The highest id that a table ever had, kept when rows are deleted.
  CREATE TABLE highest_ids (
    name TEXT PRIMARY KEY,
    id INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- For each SID and each shape of a post the day since 1970 of the latest event that has it, or
  -- a later one: so retention knows when the last such event is gone.
  CREATE TABLE sid_days (
    id INTEGER PRIMARY KEY REFERENCES sids (id),
    last_day INTEGER NOT NULL
  ) STRICT;
  INSERT INTO sid_days
    SELECT id, ifnull((SELECT max(received_at) FROM events), 0) / 86400000 FROM sids;

  CREATE TABLE shape_days (
    id INTEGER PRIMARY KEY REFERENCES post_shapes (id),
    last_day INTEGER NOT NULL
  ) STRICT;
  INSERT INTO shape_days
    SELECT id, ifnull((SELECT max(received_at) FROM events), 0) / 86400000 FROM post_shapes;

  -- How the server's chores went: the latest of each as JSON; see UpkeepState.
  CREATE TABLE upkeep_notes (
    name TEXT PRIMARY KEY,
    note TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
