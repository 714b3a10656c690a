-- What was read from Twilio's Messages API, and what is to be read.

  -- A GMT day whose messages are to be read, or were. next_page: the query of the page where
  -- reading continues; null: the first. messages: those that were sent, without received ones.
  -- found: events of theirs that nothing else had reported. read_at: null while it's to be read.
  CREATE TABLE backfill_days (
    day text COLLATE "C" PRIMARY KEY,
    wanted_at bigint NOT NULL,
    next_page text,
    pages integer NOT NULL,
    messages integer NOT NULL,
    found integer NOT NULL,
    unreadable integer NOT NULL,
    read_at bigint
  );
  CREATE INDEX backfill_days_wanted ON backfill_days (day) WHERE read_at IS NULL;

  -- A message in flight that Twilio is asked about: at next_at, and asked times so far; or one
  -- that Twilio no longer has, since gone_at.
  CREATE TABLE reconciled_messages (
    message_id bigint PRIMARY KEY,
    asked integer NOT NULL,
    next_at bigint,
    gone_at bigint
  );
  CREATE INDEX reconciled_messages_next ON reconciled_messages (next_at) WHERE next_at IS NOT NULL;
