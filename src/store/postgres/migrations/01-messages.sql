-- Callbacks as receivers append them, and what the keeper makes of them: messages, their events
-- and counts. What repeats is stored once and referred to by number: account and service SIDs,
-- phone numbers and other addresses, the shape of a posted form (core/post-shape.ts). A status is
-- stored as its rank, a channel as its place in CHANNELS (both in twilio/status.ts), a time as
-- milliseconds since 1970, a message SID as its letter and its 16 bytes. Text is compared by its
-- bytes, whatever the database's collation is. Except for inbox and receipts, only the keeper
-- writes here, so nothing refers to a row that it doesn't know.

  -- Verified callbacks that wait for the keeper. event: JSON; see core/stored-event.ts.
  CREATE TABLE inbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event text NOT NULL
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0);

  -- Callbacks that the keeper couldn't record because of a bug, so that those after them don't
  -- wait. Nothing is lost: moved back to inbox, they're recorded.
  CREATE TABLE inbox_set_aside (
    id bigint PRIMARY KEY,
    event text NOT NULL,
    reason text NOT NULL
  );

  -- What is known of a message when a callback arrives, which decides its answer. account: whose
  -- it is. events: how many it has of each status, by rank. said: checksums of all that its
  -- callbacks said. The keeper has no part in it, so it never makes a callback wait.
  CREATE TABLE receipts (
    sid bytea PRIMARY KEY,
    account text COLLATE "C",
    events smallint[] NOT NULL,
    said integer[] NOT NULL
  ) WITH (fillfactor = 80);

  CREATE AGGREGATE join_all(integer[]) (SFUNC = array_cat, STYPE = integer[], INITCOND = '{}');
  CREATE FUNCTION first_of(text, text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT coalesce($1, $2)';
  CREATE AGGREGATE first_known(text) (SFUNC = first_of, STYPE = text);

  -- Appends callbacks; returns a character for what each does, in their order, as in
  -- OUTCOME_CODES (core/outcome-codes.ts). Of a callback they take the SID in hex, the account,
  -- the status, checksums of what it says as an array literal, and the event.
  --
  -- A receipt is locked until the commit before inbox gives ids. So the callbacks of a message,
  -- on any nodes, have the outcomes of some order, and the keeper reads them in that order. New
  -- receipts come first, then locks, both sorted: so batches wait for each other, but never in
  -- a circle. A supplement is the 2nd to 101st event of its status (SUPPLEMENTS_MAX).
  CREATE FUNCTION append_callbacks(callbacks json) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    sids bytea[];
    accounts text[];
    statuses smallint[];
    saids text[];
    texts text[];
    new_sids bytea[];
    outcomes text;
  BEGIN
    -- Whatever the server's default is; a SET of the function's own would be over before the commit.
    PERFORM set_config('synchronous_commit', 'on', true);
    -- Nobody deletes receipts meanwhile ("smsr"; see upkeep/unused-names.ts).
    PERFORM pg_advisory_xact_lock_shared(1936552818);
    SELECT array_agg(decode(sid, 'hex')), array_agg(account), array_agg(status), array_agg(said),
        array_agg(event)
      INTO sids, accounts, statuses, saids, texts
      FROM json_to_recordset(callbacks)
        AS callback (sid text, account text, status smallint, said text, event text);
    WITH added AS (
      INSERT INTO receipts
        SELECT DISTINCT sid, NULL, '{0,0,0,0,0}'::smallint[], '{}'::integer[]
          FROM unnest(sids) AS sid ORDER BY sid
        ON CONFLICT DO NOTHING RETURNING sid
    )
    SELECT array_agg(sid) INTO new_sids FROM added;
    PERFORM FROM receipts
      WHERE sid = ANY (ARRAY(SELECT unnest(sids) EXCEPT SELECT unnest(new_sids)))
      ORDER BY sid FOR NO KEY UPDATE;
    WITH callback AS (
      SELECT place, sid, status, callback.account, callback.said::integer[] AS said, event,
          receipts.events, receipts.said AS known,
          coalesce(receipts.account,
            first_known(callback.account) OVER (PARTITION BY sid ORDER BY place)) AS owner
        FROM unnest(sids, accounts, statuses, saids, texts) WITH ORDINALITY
          AS callback (sid, account, status, said, event, place)
        JOIN receipts USING (sid)
    ), own AS (
      SELECT *, known || join_all(said) OVER (PARTITION BY sid ORDER BY place
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS said_before
        FROM callback WHERE account IS NULL OR account = owner
    ), numbered AS (
      SELECT *, said <@ said_before AS is_repeat,
          events[status] + count(*) FILTER (WHERE NOT said <@ said_before)
            OVER (PARTITION BY sid, status ORDER BY place) AS number
        FROM own
    ), judged AS MATERIALIZED (
      SELECT *, CASE WHEN is_repeat OR number > 101 THEN '0' WHEN number = 1 THEN '1' ELSE '2' END
          AS outcome
        FROM numbered
    ), changed AS (
      SELECT sid, max(owner) AS owner, join_all(said ORDER BY place) FILTER (WHERE outcome <> '0') AS said,
          count(*) FILTER (WHERE status = 1 AND outcome <> '0') AS sent,
          count(*) FILTER (WHERE status = 2 AND outcome <> '0') AS failed,
          count(*) FILTER (WHERE status = 3 AND outcome <> '0') AS undelivered,
          count(*) FILTER (WHERE status = 4 AND outcome <> '0') AS delivered,
          count(*) FILTER (WHERE status = 5 AND outcome <> '0') AS read
        FROM judged GROUP BY sid HAVING count(*) FILTER (WHERE outcome <> '0') > 0
    ), updated AS (
      UPDATE receipts SET account = changed.owner,
          events = ARRAY[events[1] + sent, events[2] + failed, events[3] + undelivered,
            events[4] + delivered, events[5] + read]::smallint[],
          said = receipts.said || ARRAY(SELECT unnest(changed.said) EXCEPT SELECT unnest(receipts.said))
        FROM changed WHERE receipts.sid = changed.sid
    ), appended AS (
      INSERT INTO inbox (event) SELECT event FROM judged ORDER BY place
    )
    SELECT string_agg(coalesce(outcome, '3'), '' ORDER BY place) INTO outcomes
      FROM callback LEFT JOIN judged USING (place);
    RETURN outcomes;
  END $$;

  CREATE TABLE sids (
    id integer PRIMARY KEY,
    sid text COLLATE "C" NOT NULL,
    -- Not a btree, which can't take a long text.
    EXCLUDE USING hash (sid WITH =)
  );

  CREATE TABLE addresses (
    id bigint PRIMARY KEY,
    address text COLLATE "C" NOT NULL,
    last_digits integer,
    country text COLLATE "C",
    EXCLUDE USING hash (address WITH =)
  );
  CREATE INDEX addresses_start ON addresses (left(address, 100));
  CREATE INDEX addresses_last_digits ON addresses (last_digits) WHERE last_digits IS NOT NULL;
  -- Names by their beginning, A to Z in any case; no numbers.
  CREATE INDEX addresses_names ON addresses (lower(left(address, 100))) WHERE last_digits IS NULL;

  CREATE TABLE post_shapes (
    id integer PRIMARY KEY,
    shape text COLLATE "C" NOT NULL,
    EXCLUDE USING hash (shape WITH =)
  );

  -- Ids rise in the order of recording, without gaps, so ranges of ids are ranges of time. Messages,
  -- their events and their tags are in partitions by the message's id, with the same borders: a
  -- query for an id or a range of ids reads only the partitions concerned, a message's events are
  -- in one partition, and a partition is dropped with all that belongs to its messages.
  CREATE TABLE messages (
    id bigint NOT NULL,
    to_id bigint,
    from_id bigint,
    first_event_at bigint NOT NULL,
    last_event_at bigint NOT NULL,
    error_code integer,
    account_id integer,
    service_id integer,
    num_segments integer,
    channel smallint NOT NULL,
    status smallint NOT NULL,
    sid bytea NOT NULL,
    country text COLLATE "C",
    PRIMARY KEY (id)
  ) PARTITION BY RANGE (id);
  CREATE INDEX messages_status ON messages (status, id);
  CREATE INDEX messages_error_code ON messages (error_code, id, to_id) WHERE error_code IS NOT NULL;
  CREATE INDEX messages_country ON messages (country, id) WHERE country IS NOT NULL;
  CREATE INDEX messages_to ON messages (to_id, id);
  CREATE INDEX messages_from ON messages (from_id, id);
  CREATE INDEX messages_account ON messages (account_id, id);
  CREATE INDEX messages_service ON messages (service_id, id) WHERE service_id IS NOT NULL;
  CREATE INDEX messages_channel ON messages (channel, id) WHERE channel > 0;
  CREATE INDEX messages_failed ON messages (to_id, id) WHERE status IN (2, 3);

  CREATE TABLE events (
    id bigint NOT NULL,
    message_id bigint NOT NULL,
    received_at bigint NOT NULL,
    to_id bigint,
    from_id bigint,
    error_code integer,
    account_id integer,
    service_id integer,
    num_segments integer,
    shape_id integer NOT NULL,
    channel smallint NOT NULL,
    status smallint NOT NULL,
    is_supplement smallint NOT NULL,
    error_message text,
    raw_dlr_done_date text,
    query text,
    post_values text,
    PRIMARY KEY (message_id, id)
  ) PARTITION BY RANGE (message_id);
  CREATE INDEX events_id ON events (id);

  CREATE TABLE message_tags (
    message_id bigint NOT NULL,
    tag_id bigint NOT NULL,
    PRIMARY KEY (message_id, tag_id)
  ) PARTITION BY RANGE (message_id);
  CREATE INDEX message_tags_tag ON message_tags (tag_id, message_id);

  -- Finds messages by their SID, and keeps them apart: in partitions by id, no index can. An id
  -- whose partition was dropped is of no message.
  CREATE TABLE message_sids (
    sid bytea PRIMARY KEY,
    id bigint NOT NULL
  );

  -- The ids of the messages in each partition: from from_id up to, not including, until_id.
  CREATE TABLE message_partitions (
    number integer PRIMARY KEY,
    from_id bigint NOT NULL,
    until_id bigint NOT NULL
  );

  -- Adds a partition for this many messages after those that there are.
  CREATE FUNCTION add_message_partition(size bigint) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    next_number integer;
    from_id bigint;
    parent text;
  BEGIN
    SELECT coalesce(max(number), 0) + 1, coalesce(max(until_id), 0) INTO next_number, from_id
      FROM message_partitions;
    FOREACH parent IN ARRAY ARRAY['messages', 'events', 'message_tags'] LOOP
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) WITH (fillfactor = %s,
          autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1,
          autovacuum_analyze_scale_factor = 0.05)', parent || '_' || next_number, parent,
        CASE parent WHEN 'messages' THEN 85 ELSE 100 END);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        parent, parent || '_' || next_number, from_id, from_id + size);
    END LOOP;
    INSERT INTO message_partitions VALUES (next_number, from_id, from_id + size);
  END $$;
  SELECT add_message_partition(100000);

  CREATE TABLE tags (
    id bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    UNIQUE (name, value)
  );

  CREATE TABLE event_repeats (
    event_id bigint PRIMARY KEY,
    repeats integer NOT NULL,
    last_at bigint NOT NULL
  );

  -- Addresses that an event of a message has and the message itself doesn't have, or didn't at
  -- some time. They are rare, and events have no index by their addresses.
  CREATE TABLE event_addresses (
    address_id bigint NOT NULL,
    message_id bigint NOT NULL,
    PRIMARY KEY (address_id, message_id)
  );

  -- The highest id that each table ever had.
  CREATE TABLE highest_ids (
    name text COLLATE "C" PRIMARY KEY,
    id bigint NOT NULL
  );
  INSERT INTO highest_ids VALUES
    ('events', 0), ('messages', 0), ('addresses', 0), ('sids', 0), ('post_shapes', 0), ('tags', 0);

  -- For each SID and each shape of a post the day since 1970 of the latest event that has it, or
  -- a later one: so retention knows when the last such event is gone.
  CREATE TABLE sid_days (
    id integer PRIMARY KEY,
    last_day integer NOT NULL
  );
  CREATE TABLE shape_days (
    id integer PRIMARY KEY,
    last_day integer NOT NULL
  );

  -- For each hour since 1970 the lowest and the highest id of the messages first seen in it, or
  -- a wider range.
  CREATE TABLE message_hours (
    hour bigint PRIMARY KEY,
    first_id bigint NOT NULL,
    last_id bigint NOT NULL
  );

  -- Recipients with two or more failures among their last 10 messages.
  CREATE TABLE failing_recipients (
    recipient_id bigint PRIMARY KEY,
    failures integer NOT NULL,
    messages integer NOT NULL,
    last_failure_id bigint NOT NULL,
    last_error_code integer,
    last_failure_at bigint NOT NULL
  );
  CREATE INDEX failing_recipients_last ON failing_recipients (last_failure_id, last_error_code);

  -- rollups and rollup_clock are explained in core/rollup-table.ts. key: an id, a code or a place
  -- in digits, or a country in letters.
  CREATE TABLE rollups (
    grain integer NOT NULL,
    bucket integer NOT NULL,
    dimension smallint NOT NULL,
    error_code integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    sent integer NOT NULL,
    failed integer NOT NULL,
    undelivered integer NOT NULL,
    delivered integer NOT NULL,
    read integer NOT NULL,
    PRIMARY KEY (grain, bucket, dimension, error_code, key)
  ) WITH (fillfactor = 80);
  CREATE TABLE rollup_clock (
    id integer PRIMARY KEY CHECK (id = 1),
    minutes_from integer NOT NULL,
    hours_until integer NOT NULL,
    days_until integer NOT NULL,
    weeks_until integer NOT NULL
  );
  INSERT INTO rollup_clock VALUES (1, 0, 0, 0, 0);
  -- The messages of each minute, of all time.
  CREATE TABLE message_minutes (
    minute integer PRIMARY KEY,
    sent integer NOT NULL,
    failed integer NOT NULL,
    undelivered integer NOT NULL,
    delivered integer NOT NULL,
    read integer NOT NULL
  ) WITH (fillfactor = 80);

  -- The node that is the keeper, until when unless it renews that, and since when. holder: made
  -- up each time a node becomes the keeper, so that none takes itself for a later one. version:
  -- rises when another transaction changes what a keeper remembers, such as an address.
  CREATE TABLE keeper (
    one integer PRIMARY KEY CHECK (one = 1),
    holder text COLLATE "C",
    node text,
    since timestamptz,
    until timestamptz NOT NULL,
    version integer NOT NULL
  ) WITH (fillfactor = 10);
  INSERT INTO keeper VALUES (1, NULL, NULL, NULL, '-infinity', 0);

  -- Updated to see whether the database can be written to.
  CREATE TABLE write_checks (
    id integer PRIMARY KEY CHECK (id = 1),
    checked_at bigint NOT NULL
  ) WITH (fillfactor = 10);
  INSERT INTO write_checks VALUES (1, 0);
