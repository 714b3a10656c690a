-- Messages with an event that the Messages API was the first to report, so that those whose outcome
-- only it reported are found. A ledger that has never read from Twilio has none.

  CREATE TABLE api_messages (message_id INTEGER PRIMARY KEY) STRICT;
  INSERT INTO api_messages SELECT id FROM messages WHERE (sources & 4) <> 0
    AND (EXISTS (SELECT 1 FROM backfill_days) OR EXISTS (SELECT 1 FROM reconciled_messages));
