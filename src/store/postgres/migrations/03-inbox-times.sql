-- How far the keeper is behind, and the rule that watches it.

  -- When a callback was appended, by the server's clock: those of nodes may be wrong. What waits
  -- during the upgrade counts from then.
  ALTER TABLE inbox ADD COLUMN appended_at timestamptz NOT NULL DEFAULT now();

  -- Until when there was a keeper: from now on, a keeper that ends says so with a time.
  UPDATE keeper SET until = now() WHERE until = '-infinity';

  INSERT INTO alert_rules
      (kind, name, filter, settings, severity, is_on, created_by, created_at) VALUES
    ('recording', 'Recording fails', '',
      '{"minutes":1}', 'critical', 1, 'smsledger', 0)
    ON CONFLICT DO NOTHING;
