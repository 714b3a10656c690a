-- The requests of each API token in its current window. A crash of the server empties it, which only
-- begins new windows, so it isn't logged, and counting doesn't wait for the disk.
CREATE UNLOGGED TABLE request_windows (
  token_id bigint PRIMARY KEY,
  ends_at timestamptz NOT NULL,
  requests bigint NOT NULL
) WITH (fillfactor = 50);
