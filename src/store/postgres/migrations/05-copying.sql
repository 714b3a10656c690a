-- A ledger that smsledger copy brings into this database, while nodes receive callbacks already.

  -- Has a row until the copy is finished. is_open: whether nodes may start.
  CREATE TABLE copying (
    one integer PRIMARY KEY CHECK (one = 1),
    is_open integer NOT NULL
  );

  -- Verified callbacks that nodes received meanwhile. event: as in inbox.
  CREATE TABLE received_meanwhile (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event text NOT NULL
  );

  -- What a callback does can only be judged by a ledger that is complete. Until then each is
  -- kept, whatever account it names, and its answer is that of a new one. The copy judges them
  -- at its end, in their order, while nobody appends ("smsr").
  ALTER FUNCTION append_callbacks(json) RENAME TO judge_callbacks;
  CREATE FUNCTION append_callbacks(callbacks json) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(1936552818);
    IF NOT EXISTS (SELECT FROM copying) THEN
      RETURN judge_callbacks(callbacks);
    END IF;
    PERFORM set_config('synchronous_commit', 'on', true);
    INSERT INTO received_meanwhile (event)
      SELECT callback ->> 'event'
        FROM json_array_elements(callbacks) WITH ORDINALITY AS each (callback, place) ORDER BY place;
    RETURN repeat('1', json_array_length(callbacks));
  END $$;
