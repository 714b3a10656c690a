-- Events are reported by callbacks, Event Streams and the Messages API. A source is stored as its
-- place in EVENT_SOURCES (store/event-sources.ts), several as bits; until now all were callbacks.
-- occurred_at: when it happened by Twilio's clock. carrier: mobile country and network code.

  ALTER TABLE events ADD COLUMN source INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE events ADD COLUMN occurred_at INTEGER;
  ALTER TABLE events ADD COLUMN carrier TEXT;
  ALTER TABLE messages ADD COLUMN sources INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE messages ADD COLUMN carrier TEXT;

  -- A source's report of an event that others had reported: it fills gaps, and isn't an event of
  -- its own. event_id: the first event of its status.
  CREATE TABLE event_confirmations (
    event_id INTEGER NOT NULL REFERENCES events (id),
    source INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    occurred_at INTEGER,
    num_segments INTEGER,
    carrier TEXT,
    PRIMARY KEY (event_id, source)
  ) STRICT, WITHOUT ROWID;
