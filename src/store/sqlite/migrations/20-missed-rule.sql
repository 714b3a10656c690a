-- A rule that only fires with a key for Twilio's API, which tells what was missed.

  INSERT OR IGNORE INTO alert_rules
      (kind, name, filter, settings, severity, is_on, created_by, created_at) VALUES
    ('missed', 'Callbacks are missed', '',
      '{"percent":1,"messagesMin":5}', 'warning', 1, 'smsledger', 0);
