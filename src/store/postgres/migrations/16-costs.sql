-- What Twilio said of each message's price when it was last read. day: when it was sent, in days since
-- 1970 (GMT). amount: an exact decimal number, as Twilio writes it; null until Twilio states a price. The
-- same as numbers that can be summed up exactly: micros are millionths, picos what is left in millionths
-- of those. has_fee: 1 if Twilio charges its fee for failed messages. Prices were kept without a day
-- before, so days that were read are read once more.

  DROP TABLE message_prices;
  CREATE TABLE message_prices (
    message_id bigint PRIMARY KEY,
    day integer NOT NULL,
    amount text,
    currency text COLLATE "C",
    micros bigint NOT NULL,
    picos integer NOT NULL,
    segments integer NOT NULL,
    has_fee integer NOT NULL
  );

  -- Sums of message_prices; see core/cost-table.ts.
  CREATE TABLE cost_sums (
    dimension integer NOT NULL,
    grain integer NOT NULL,
    bucket integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    messages integer NOT NULL,
    micros bigint NOT NULL,
    picos bigint NOT NULL,
    segments bigint NOT NULL,
    with_fee integer NOT NULL,
    seen integer NOT NULL,
    PRIMARY KEY (dimension, grain, bucket, currency, key)
  ) WITH (fillfactor = 80);
  CREATE INDEX cost_sums_empty ON cost_sums (bucket) WHERE messages = 0 AND seen = 0;

  UPDATE backfill_days SET next_page = NULL, pages = 0, messages = 0, found = 0, unreadable = 0,
    by_callback = 0, by_stream = 0, by_both = 0, by_api = 0, missed_away = 0, missed_refused = 0,
    missed_rejected = 0, missed_no_url = 0, read_at = NULL;
