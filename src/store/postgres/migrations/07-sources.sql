-- Events are reported by callbacks, Event Streams and the Messages API. A source is stored as its
-- place in EVENT_SOURCES (store/event-sources.ts), several as bits; until now all were callbacks.
-- occurred_at: when it happened by Twilio's clock. carrier: mobile country and network code.

  ALTER TABLE events ADD COLUMN source smallint NOT NULL DEFAULT 0;
  ALTER TABLE events ADD COLUMN occurred_at bigint;
  ALTER TABLE events ADD COLUMN carrier text COLLATE "C";
  ALTER TABLE messages ADD COLUMN sources smallint NOT NULL DEFAULT 1;
  ALTER TABLE messages ADD COLUMN carrier text COLLATE "C";

  -- A source's report of an event that others had reported: it fills gaps, and isn't an event of
  -- its own. event_id: the first event of its status.
  CREATE TABLE event_confirmations (
    event_id bigint NOT NULL,
    source smallint NOT NULL,
    received_at bigint NOT NULL,
    occurred_at bigint,
    num_segments integer,
    carrier text COLLATE "C",
    PRIMARY KEY (event_id, source)
  );

  -- The same as before, for reports of any source. A report takes two more values: its source, if
  -- it isn't a callback, and how many of its checksums, which come first, are of its essentials
  -- (core/event-posts.ts). Of a source that has no event of this status yet, while others have,
  -- only those are compared, and its report is a confirmation if they're known: '5'.
  --
  -- said also has a small number for each source that has an event of a status, 10 * status +
  -- source, and 100 more for one that confirmed it. Callbacks before this version have none.
  -- Nodes of the version before give no essentials, and don't know '5'.
  --
  -- Within a batch, a report is compared with all that came before it, whatever that did: so
  -- the answer can be slightly wrong where sources meet, and what the keeper does isn't.
  CREATE OR REPLACE FUNCTION judge_callbacks(callbacks json) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    sids bytea[];
    accounts text[];
    statuses smallint[];
    sources smallint[];
    essentials smallint[];
    saids text[];
    texts text[];
    new_sids bytea[];
    outcomes text;
  BEGIN
    -- Whatever the server's default is; a SET of the function's own would be over before the commit.
    PERFORM set_config('synchronous_commit', 'on', true);
    -- Nobody deletes receipts meanwhile ("smsr"; see upkeep/unused-names.ts).
    PERFORM pg_advisory_xact_lock_shared(1936552818);
    SELECT array_agg(decode(sid, 'hex')), array_agg(account), array_agg(status),
        array_agg(coalesce(source, 0)), array_agg(essential), array_agg(said), array_agg(event)
      INTO sids, accounts, statuses, sources, essentials, saids, texts
      FROM json_to_recordset(callbacks) AS callback (sid text, account text, status smallint,
        source smallint, essential smallint, said text, event text);
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
      SELECT place, sid, status, callback.account, event, receipts.events, receipts.said AS known,
          source, callback.said::integer[] AS said, essential, 10 * status + source AS mark,
          coalesce(receipts.account,
            first_known(callback.account) OVER (PARTITION BY sid ORDER BY place)) AS owner
        FROM unnest(sids, accounts, statuses, sources, essentials, saids, texts) WITH ORDINALITY
          AS callback (sid, account, status, source, essential, said, event, place)
        JOIN receipts USING (sid)
    ), own AS (
      SELECT *, known || join_all(said || mark) OVER (PARTITION BY sid ORDER BY place
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS said_before
        FROM callback WHERE account IS NULL OR account = owner
    ), compared AS (
      SELECT *, essential IS NOT NULL AND mark <> ALL (said_before) AND (source > 0
          OR said_before && ARRAY[10 * status + 1, 10 * status + 2]) AS confirms
        FROM own
    ), told AS (
      SELECT *, CASE WHEN confirms THEN said[:essential] <@ said_before ELSE said <@ said_before END
          AS is_known
        FROM compared
    ), numbered AS (
      SELECT *, events[status] + count(*) FILTER (WHERE NOT is_known)
            OVER (PARTITION BY sid, status ORDER BY place) AS number
        FROM told
    ), judged AS MATERIALIZED (
      SELECT *, CASE
          WHEN (is_known OR number > 101) AND confirms AND 100 + mark <> ALL (said_before)
            THEN '5'
          WHEN is_known OR number > 101 THEN '0'
          WHEN number = 1 THEN '1'
          ELSE '2' END AS outcome
        FROM numbered
    ), changed AS (
      SELECT sid, max(owner) AS owner,
          join_all(CASE outcome WHEN '5' THEN ARRAY[100 + mark] ELSE said || mark END
            ORDER BY place) FILTER (WHERE outcome <> '0') AS said,
          count(*) FILTER (WHERE status = 1 AND outcome IN ('1', '2')) AS sent,
          count(*) FILTER (WHERE status = 2 AND outcome IN ('1', '2')) AS failed,
          count(*) FILTER (WHERE status = 3 AND outcome IN ('1', '2')) AS undelivered,
          count(*) FILTER (WHERE status = 4 AND outcome IN ('1', '2')) AS delivered,
          count(*) FILTER (WHERE status = 5 AND outcome IN ('1', '2')) AS read
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
