-- What Twilio charged for a message: an exact decimal number, as Twilio writes it, and its currency.

  CREATE TABLE message_prices (
    message_id bigint PRIMARY KEY,
    amount text NOT NULL,
    currency text NOT NULL
  );
