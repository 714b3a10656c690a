-- Counts by the week too.

  ALTER TABLE rollup_clock ADD COLUMN weeks_until INTEGER NOT NULL DEFAULT 0;
  UPDATE rollup_clock SET weeks_until = days_until / 24 / 7 * 7;
  INSERT INTO rollups
    SELECT 604800, bucket / 7, dimension, error_code, key,
      sum(sent), sum(failed), sum(undelivered), sum(delivered), sum(read)
      FROM rollups WHERE grain = 86400 AND bucket < (SELECT weeks_until FROM rollup_clock)
      GROUP BY 2, 3, 4, 5;
