-- Counts the messages of each minute, forever. Everything else is counted by the minute for
-- 26 hours instead of three.

  CREATE TABLE message_minutes (
    minute INTEGER PRIMARY KEY,
    sent INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    undelivered INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    read INTEGER NOT NULL
  ) STRICT;
  INSERT INTO message_minutes
    SELECT first_event_at / 60000, sum(status = 1), sum(status = 2), sum(status = 3),
      sum(status = 4), sum(status = 5) FROM messages GROUP BY 1;

  UPDATE rollup_clock SET minutes_from = max(0, minutes_from - 1380);
  DELETE FROM rollups WHERE grain = 60;
  INSERT INTO rollups
    SELECT 60, first_event_at / 60000 AS bucket, 0, 0, 0 AS key, sum(status = 1), sum(status = 2), sum(status = 3), sum(status = 4), sum(status = 5)
      FROM messages WHERE first_event_at >= (SELECT minutes_from FROM rollup_clock) * 60000
      AND messages.id >= ifnull((SELECT min(first_id) FROM message_hours
        WHERE hour >= (SELECT minutes_from FROM rollup_clock) / 60), 0)
      GROUP BY bucket, key;
  INSERT INTO rollups
    SELECT 60, first_event_at / 60000 AS bucket, 1, 0, ifnull(error_code, 0) AS key, sum(status = 1), sum(status = 2), sum(status = 3), sum(status = 4), sum(status = 5)
      FROM messages WHERE first_event_at >= (SELECT minutes_from FROM rollup_clock) * 60000
      AND messages.id >= ifnull((SELECT min(first_id) FROM message_hours
        WHERE hour >= (SELECT minutes_from FROM rollup_clock) / 60), 0)
      GROUP BY bucket, key;
  INSERT INTO rollups
    SELECT 60, first_event_at / 60000 AS bucket, 2, 0, ifnull(country, 0) AS key, sum(status = 1), sum(status = 2), sum(status = 3), sum(status = 4), sum(status = 5)
      FROM messages WHERE first_event_at >= (SELECT minutes_from FROM rollup_clock) * 60000
      AND messages.id >= ifnull((SELECT min(first_id) FROM message_hours
        WHERE hour >= (SELECT minutes_from FROM rollup_clock) / 60), 0)
      GROUP BY bucket, key;
  INSERT INTO rollups
    SELECT 60, first_event_at / 60000 AS bucket, 3, 0, ifnull(from_id, 0) AS key, sum(status = 1), sum(status = 2), sum(status = 3), sum(status = 4), sum(status = 5)
      FROM messages WHERE first_event_at >= (SELECT minutes_from FROM rollup_clock) * 60000
      AND messages.id >= ifnull((SELECT min(first_id) FROM message_hours
        WHERE hour >= (SELECT minutes_from FROM rollup_clock) / 60), 0)
      GROUP BY bucket, key;
  INSERT INTO rollups
    SELECT 60, first_event_at / 60000 AS bucket, 4, 0, ifnull(service_id, 0) AS key, sum(status = 1), sum(status = 2), sum(status = 3), sum(status = 4), sum(status = 5)
      FROM messages WHERE first_event_at >= (SELECT minutes_from FROM rollup_clock) * 60000
      AND messages.id >= ifnull((SELECT min(first_id) FROM message_hours
        WHERE hour >= (SELECT minutes_from FROM rollup_clock) / 60), 0)
      GROUP BY bucket, key;
  INSERT INTO rollups
    SELECT 60, first_event_at / 60000 AS bucket, 0, error_code, 0 AS key, sum(status = 1), sum(status = 2), sum(status = 3), sum(status = 4), sum(status = 5)
      FROM messages WHERE first_event_at >= (SELECT minutes_from FROM rollup_clock) * 60000
      AND messages.id >= ifnull((SELECT min(first_id) FROM message_hours
        WHERE hour >= (SELECT minutes_from FROM rollup_clock) / 60), 0)
      AND error_code IS NOT NULL GROUP BY bucket, error_code, key;
  INSERT INTO rollups
    SELECT 60, first_event_at / 60000 AS bucket, 2, error_code, ifnull(country, 0) AS key, sum(status = 1), sum(status = 2), sum(status = 3), sum(status = 4), sum(status = 5)
      FROM messages WHERE first_event_at >= (SELECT minutes_from FROM rollup_clock) * 60000
      AND messages.id >= ifnull((SELECT min(first_id) FROM message_hours
        WHERE hour >= (SELECT minutes_from FROM rollup_clock) / 60), 0)
      AND error_code IS NOT NULL GROUP BY bucket, error_code, key;
  INSERT INTO rollups
    SELECT 60, first_event_at / 60000 AS bucket, 3, error_code, ifnull(from_id, 0) AS key, sum(status = 1), sum(status = 2), sum(status = 3), sum(status = 4), sum(status = 5)
      FROM messages WHERE first_event_at >= (SELECT minutes_from FROM rollup_clock) * 60000
      AND messages.id >= ifnull((SELECT min(first_id) FROM message_hours
        WHERE hour >= (SELECT minutes_from FROM rollup_clock) / 60), 0)
      AND error_code IS NOT NULL GROUP BY bucket, error_code, key;
  INSERT INTO rollups
    SELECT 60, first_event_at / 60000 AS bucket, 4, error_code, ifnull(service_id, 0) AS key, sum(status = 1), sum(status = 2), sum(status = 3), sum(status = 4), sum(status = 5)
      FROM messages WHERE first_event_at >= (SELECT minutes_from FROM rollup_clock) * 60000
      AND messages.id >= ifnull((SELECT min(first_id) FROM message_hours
        WHERE hour >= (SELECT minutes_from FROM rollup_clock) / 60), 0)
      AND error_code IS NOT NULL GROUP BY bucket, error_code, key;
  CREATE TEMP TABLE delivery_times (from_ms INTEGER PRIMARY KEY, place INTEGER NOT NULL);
  INSERT INTO delivery_times VALUES
    (0, 0), (64, 1), (77, 2), (91, 3), (108, 4), (128, 5), (153, 6), (182, 7),
    (216, 8), (256, 9), (305, 10), (363, 11), (431, 12), (512, 13), (609, 14), (725, 15),
    (862, 16), (1024, 17), (1218, 18), (1449, 19), (1723, 20), (2048, 21), (2436, 22), (2897, 23),
    (3445, 24), (4096, 25), (4871, 26), (5793, 27), (6889, 28), (8192, 29), (9742, 30), (11586, 31),
    (13778, 32), (16384, 33), (19484, 34), (23171, 35), (27555, 36), (32768, 37), (38968, 38), (46341, 39),
    (55109, 40), (65536, 41), (77936, 42), (92682, 43), (110218, 44), (131072, 45), (155872, 46), (185364, 47),
    (220436, 48), (262144, 49), (311744, 50), (370728, 51), (440872, 52), (524288, 53), (623488, 54), (741456, 55),
    (881744, 56), (1048576, 57), (1246975, 58), (1482911, 59), (1763488, 60), (2097152, 61), (2493949, 62), (2965821, 63),
    (3526976, 64), (4194304, 65), (4987897, 66), (5931642, 67), (7053951, 68), (8388608, 69), (9975793, 70), (11863284, 71),
    (14107901, 72), (16777216, 73), (19951585, 74), (23726567, 75), (28215802, 76), (33554432, 77), (39903170, 78), (47453133, 79),
    (56431604, 80), (67108864, 81), (79806339, 82), (94906266, 83), (112863207, 84), (134217728, 85), (159612678, 86), (189812532, 87),
    (225726413, 88), (268435456, 89), (319225355, 90), (379625063, 91), (451452826, 92), (536870912, 93), (638450709, 94), (759250125, 95),
    (902905651, 96), (1073741824, 97), (1276901417, 98), (1518500250, 99), (1805811302, 100), (2147483648, 101), (2553802834, 102), (3037000500, 103),
    (3611622603, 104), (4294967296, 105), (5107605668, 106), (6074001000, 107), (7223245206, 108), (8589934592, 109), (10215211335, 110), (12148002000, 111),
    (14446490412, 112), (17179869184, 113), (20430422669, 114), (24296004000, 115), (28892980823, 116), (34359738368, 117), (40860845337, 118), (48592008000, 119),
    (57785961646, 120), (68719476736, 121), (81721690674, 122), (97184016000, 123), (115571923291, 124), (137438953472, 125), (163443381348, 126), (194368031999, 127),
    (231143846582, 128), (274877906944, 129), (326886762695, 130), (388736063997, 131), (462287693164, 132), (549755813888, 133), (653773525390, 134), (777472127994, 135),
    (924575386327, 136), (1099511627776, 137);
  INSERT INTO rollups
    SELECT 60, first_event_at / 60000 AS bucket, 5, 0, (
        SELECT place FROM delivery_times
        WHERE from_ms <= max(0, delivered_at - sent_at) ORDER BY from_ms DESC LIMIT 1
      ) AS key, 0, 0, 0, count(*), 0
      FROM (
        SELECT first_event_at,
          (SELECT min(received_at) FROM events WHERE message_id = messages.id AND events.status = 1) AS sent_at,
          (SELECT min(received_at) FROM events WHERE message_id = messages.id AND events.status = 4) AS delivered_at
        FROM messages WHERE first_event_at >= (SELECT minutes_from FROM rollup_clock) * 60000
      AND messages.id >= ifnull((SELECT min(first_id) FROM message_hours
        WHERE hour >= (SELECT minutes_from FROM rollup_clock) / 60), 0)
      ) WHERE sent_at IS NOT NULL AND delivered_at IS NOT NULL GROUP BY bucket, key;
  DROP TABLE delivery_times;
