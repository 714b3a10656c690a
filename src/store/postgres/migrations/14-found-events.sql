-- The last event when a day was wanted: what only the Messages API told since was found by reading it.

  ALTER TABLE backfill_days ADD COLUMN after_event_id bigint NOT NULL DEFAULT 0;
