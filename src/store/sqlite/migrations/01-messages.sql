-- What repeats is stored once and referred to by number: account and service SIDs, phone
-- numbers and other addresses, the shape of a posted form (core/post-shape.ts). A status is
-- stored as its rank, a channel as its place in CHANNELS (both in twilio/status.ts), a time
-- as milliseconds since 1970, a message SID as its letter and its 16 bytes.

  CREATE TABLE sids (
    id INTEGER PRIMARY KEY,
    sid TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    last_digits INTEGER,
    country TEXT
  ) STRICT;
  CREATE INDEX addresses_last_digits ON addresses (last_digits) WHERE last_digits IS NOT NULL;

  CREATE TABLE post_shapes (
    id INTEGER PRIMARY KEY,
    shape TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    sid BLOB NOT NULL UNIQUE,
    channel INTEGER NOT NULL,
    status INTEGER NOT NULL,
    to_id INTEGER REFERENCES addresses (id),
    from_id INTEGER REFERENCES addresses (id),
    error_code INTEGER,
    account_id INTEGER REFERENCES sids (id),
    service_id INTEGER REFERENCES sids (id),
    num_segments INTEGER,
    first_event_at INTEGER NOT NULL,
    last_event_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX messages_status ON messages (status);
  CREATE INDEX messages_error_code ON messages (error_code) WHERE error_code IS NOT NULL;
  CREATE INDEX messages_to ON messages (to_id);

  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages (id),
    channel INTEGER NOT NULL,
    status INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    to_id INTEGER REFERENCES addresses (id),
    from_id INTEGER REFERENCES addresses (id),
    error_code INTEGER,
    error_message TEXT,
    account_id INTEGER REFERENCES sids (id),
    service_id INTEGER REFERENCES sids (id),
    num_segments INTEGER,
    raw_dlr_done_date TEXT,
    query TEXT,
    shape_id INTEGER NOT NULL REFERENCES post_shapes (id),
    post_values TEXT
  ) STRICT;
  CREATE UNIQUE INDEX events_message_status ON events (message_id, status);

  CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (name, value)
  ) STRICT;
  CREATE TABLE message_tags (
    message_id INTEGER NOT NULL REFERENCES messages (id),
    tag_id INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (message_id, tag_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX message_tags_tag ON message_tags (tag_id, message_id);

  CREATE TABLE rollups (
    hour INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    status INTEGER NOT NULL,
    error_code INTEGER NOT NULL,
    country TEXT NOT NULL,
    messages INTEGER NOT NULL,
    PRIMARY KEY (hour, channel, status, error_code, country)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE write_checks (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    checked_at INTEGER NOT NULL
  ) STRICT;
