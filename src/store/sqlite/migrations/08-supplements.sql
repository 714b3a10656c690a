-- A callback that adds something to an event is recorded as an event of its own, marked as a
-- supplement: a message can have several events of one status.

  ALTER TABLE events ADD COLUMN is_supplement INTEGER NOT NULL DEFAULT 0;
  DROP INDEX events_message_status;
  CREATE INDEX events_message_status ON events (message_id, status);
