-- Nodes of an older version may append callbacks to these tables from this version on; see
-- APPENDS_FROM (migrations.ts).
ALTER TABLE smsledger_schema ADD COLUMN appends_from integer NOT NULL DEFAULT 0;
