-- What Twilio charged for a message: an exact decimal number, as Twilio writes it, and its currency.

  CREATE TABLE message_prices (
    message_id INTEGER PRIMARY KEY,
    amount TEXT NOT NULL,
    currency TEXT NOT NULL
  ) STRICT;
