-- How the outcomes of a day's messages became known: by_*. Those that only Twilio's API told are
-- missed_* for their likely cause; the rest of them have none. Days that were read before are
-- read once more.

  ALTER TABLE backfill_days ADD COLUMN by_callback integer NOT NULL DEFAULT 0;
  ALTER TABLE backfill_days ADD COLUMN by_stream integer NOT NULL DEFAULT 0;
  ALTER TABLE backfill_days ADD COLUMN by_both integer NOT NULL DEFAULT 0;
  ALTER TABLE backfill_days ADD COLUMN by_api integer NOT NULL DEFAULT 0;
  ALTER TABLE backfill_days ADD COLUMN missed_away integer NOT NULL DEFAULT 0;
  ALTER TABLE backfill_days ADD COLUMN missed_refused integer NOT NULL DEFAULT 0;
  ALTER TABLE backfill_days ADD COLUMN missed_rejected integer NOT NULL DEFAULT 0;
  ALTER TABLE backfill_days ADD COLUMN missed_no_url integer NOT NULL DEFAULT 0;
  UPDATE backfill_days SET next_page = NULL, pages = 0, messages = 0, found = 0, unreadable = 0,
    read_at = NULL;
