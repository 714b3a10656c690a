-- Alert rules, alerts with their history, muted error codes, and notification channels.

  -- settings: the thresholds as JSON; channels: ids as a JSON array, or NULL for routing by
  -- severity.
  CREATE TABLE alert_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    filter TEXT NOT NULL,
    settings TEXT NOT NULL,
    severity TEXT NOT NULL,
    is_on INTEGER NOT NULL,
    channels TEXT,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_by TEXT,
    changed_at INTEGER
  ) STRICT;

  INSERT INTO alert_rules
      (kind, name, filter, settings, severity, is_on, created_by, created_at) VALUES
    ('failure-rate', 'Many messages fail', '',
      '{"each":"all","percent":25,"clearsBelow":18,"messagesMin":50,"minutes":15,"sustainedMinutes":3}',
      'critical', 1, 'smsledger', 0),
    ('failure-rate', 'Many messages of one sender fail', '',
      '{"each":"sender","percent":50,"clearsBelow":35,"messagesMin":30,"minutes":30,"sustainedMinutes":3}',
      'warning', 1, 'smsledger', 0),
    ('failure-rate', 'Many messages to one country fail', '',
      '{"each":"country","percent":50,"clearsBelow":35,"messagesMin":30,"minutes":30,"sustainedMinutes":3}',
      'warning', 1, 'smsledger', 0),
    ('new-code', 'New error code', '',
      '{"messagesMin":5,"days":30}', 'warning', 1, 'smsledger', 0),
    ('silence', 'No callbacks arrive', '',
      '{"minutes":60,"messagesMin":10}', 'critical', 1, 'smsledger', 0),
    ('stuck', 'Messages are stuck', '',
      '{"percent":20,"clearsBelow":10,"messagesMin":20,"hours":6}', 'warning', 1, 'smsledger', 0),
    ('refused', 'Callbacks are refused', '',
      '{"callbacksMin":1,"minutes":60}', 'warning', 1, 'smsledger', 0),
    ('forwarding', 'Forwarding fails', '',
      '{"sustainedMinutes":3}', 'critical', 1, 'smsledger', 0),
    ('backup', 'Backups fail', '',
      '{"hours":26}', 'warning', 1, 'smsledger', 0),
    ('disk', 'The disk is nearly full', '',
      '{"freePercent":10}', 'critical', 1, 'smsledger', 0);

  -- key: which one of those that the rule watches separately; facts: what was measured, as JSON.
  CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule_id INTEGER,
    rule_kind TEXT NOT NULL,
    rule_name TEXT NOT NULL,
    key TEXT NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    since INTEGER NOT NULL,
    fired_at INTEGER,
    resolved_at INTEGER,
    handled_by TEXT,
    note TEXT,
    snoozed_until INTEGER,
    told_kind TEXT,
    told_at INTEGER,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX alerts_open ON alerts (rule_id, key) WHERE state <> 'resolved';
  CREATE INDEX alerts_resolved ON alerts (id) WHERE state = 'resolved';
  CREATE INDEX alerts_of_rule ON alerts (rule_id, id);

  CREATE TABLE alert_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_id INTEGER NOT NULL REFERENCES alerts (id),
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    actor TEXT NOT NULL,
    note TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alert_history_alert ON alert_history (alert_id, id);

  CREATE TABLE muted_codes (
    error_code INTEGER PRIMARY KEY,
    muted_at INTEGER NOT NULL,
    muted_by TEXT NOT NULL,
    note TEXT NOT NULL
  ) STRICT;

  -- settings: what the kind needs to send, as JSON, with secrets; severities: a JSON array.
  CREATE TABLE alert_channels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    severities TEXT NOT NULL,
    quiet_hours TEXT,
    is_on INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
