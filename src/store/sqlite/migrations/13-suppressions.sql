-- The "do not send" list: numbers on it, numbers that people took off it, and every change.
-- A channel is stored as its place in CHANNELS, a reason as its place in SUPPRESSION_REASONS,
-- what a change did as its place in CHANGE_KINDS (store/suppressions.ts).

  -- message_id: the failed message that is the reason. change_id: the change that added the
  -- entry. is_stale: retention deleted a message to this recipient since.
  CREATE TABLE suppressions (
    recipient_id INTEGER NOT NULL REFERENCES addresses (id),
    channel INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    error_code INTEGER,
    since INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    change_id INTEGER NOT NULL,
    is_stale INTEGER NOT NULL,
    PRIMARY KEY (recipient_id, channel)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX suppressions_change ON suppressions (change_id);
  CREATE INDEX suppressions_reason ON suppressions (reason, change_id);
  CREATE INDEX suppressions_stale ON suppressions (is_stale) WHERE is_stale = 1;

  -- Numbers that somebody took off the list: failures of messages up to this one don't count.
  CREATE TABLE suppression_clearings (
    recipient_id INTEGER NOT NULL REFERENCES addresses (id),
    channel INTEGER NOT NULL,
    up_to_message_id INTEGER NOT NULL,
    PRIMARY KEY (recipient_id, channel)
  ) STRICT, WITHOUT ROWID;

  -- The feed of changes. Retention deletes changes as it deletes events.
  CREATE TABLE suppression_changes (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    recipient_id INTEGER NOT NULL REFERENCES addresses (id),
    channel INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    error_code INTEGER,
    since INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    actor TEXT,
    note TEXT
  ) STRICT;
  CREATE INDEX suppression_changes_recipient ON suppression_changes (recipient_id, id);
  CREATE INDEX suppression_changes_at ON suppression_changes (at);

  -- How far the feed of events has been read, and the highest id that a change ever had. Recipients of messages that are older than this
  -- table are checked in the order of their ids; walked_to is NULL once all were.
  CREATE TABLE suppression_reader (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    event_id INTEGER NOT NULL,
    walked_to INTEGER,
    last_change_id INTEGER NOT NULL
  ) STRICT;
  INSERT INTO suppression_reader
    SELECT 1, ifnull(max(id), 0), iif(count(*) = 0, NULL, 0), 0
      FROM (SELECT id FROM events ORDER BY id DESC LIMIT 1);
