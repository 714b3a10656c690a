-- Names the ledger, so that a place in its feed is never taken for one in another ledger.

  CREATE TABLE ledger (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
  ) STRICT;
  INSERT INTO ledger VALUES (1, lower(hex(randomblob(8))));
