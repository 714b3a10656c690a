-- Audit entries get a kind, and count their repetitions. The kind of an existing entry is
-- derived from its text.

  ALTER TABLE audit ADD COLUMN kind TEXT NOT NULL DEFAULT 'change';
  ALTER TABLE audit ADD COLUMN times INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE audit ADD COLUMN first_at INTEGER NOT NULL DEFAULT 0;
  UPDATE audit SET first_at = at, kind = CASE
    WHEN action = 'failed to sign in' THEN 'failure'
    WHEN action IN ('signed in', 'signed out', 'ended a session', 'ended all other sessions',
      'came through the proxy for the first time') THEN 'sign-in'
    WHEN action LIKE 'exported %' OR action = 'marked the refusals as seen'
      OR action LIKE 'read through the API %' THEN 'use'
    ELSE 'change' END;
  DROP INDEX audit_action;
  CREATE INDEX audit_kind ON audit (kind, id);
  CREATE INDEX audit_actor ON audit (kind, actor, id);
