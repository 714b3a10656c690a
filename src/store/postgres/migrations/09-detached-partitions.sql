-- Partitions that retention has taken out of messages, events and message_tags whole; see
-- upkeep/old-partition.ts. Their tables stay until what else is stored about their messages is
-- gone too: receipts, say, of up to cleaned_until so far.
CREATE TABLE detached_partitions (
  number integer PRIMARY KEY,
  until_id bigint NOT NULL,
  cleaned_until bigint NOT NULL
);
