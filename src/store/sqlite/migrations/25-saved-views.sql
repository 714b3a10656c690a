-- Filters of the list of messages that people keep under a name. owner_id is null for the team's.
-- in_digest: whether the owner's digest counts its messages, or every digest for the team's.

  CREATE TABLE saved_views (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id INTEGER,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    filter TEXT NOT NULL,
    in_digest INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_by TEXT,
    changed_at INTEGER
  ) STRICT;
