-- A rule that only fires with PostgreSQL: ledgers have the same rules, so that they can be moved.

  INSERT OR IGNORE INTO alert_rules
      (kind, name, filter, settings, severity, is_on, created_by, created_at) VALUES
    ('recording', 'Recording fails', '',
      '{"minutes":1}', 'critical', 1, 'smsledger', 0);
