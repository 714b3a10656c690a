-- Who gets a digest by email, and when the next one is due. user_id is 0 where nobody signs in.

  -- from_at: where the next digest begins, which is where the last one ended; due_at: where it
  -- ends. attempts and retry_at: of the digest that is due; error: why the latest attempt failed.
  CREATE TABLE digests (
    user_id INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    frequency TEXT NOT NULL CHECK (frequency IN ('daily', 'weekly')),
    time_zone TEXT NOT NULL,
    hour INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    retry_at INTEGER,
    error TEXT,
    sent_at INTEGER
  ) STRICT;
  CREATE INDEX digests_due ON digests (due_at);
