-- Finds names by their beginning, in any case. Numbers take no room in the index, nor do user
-- ids: they are always in capitals, so the address itself finds them.

  CREATE INDEX addresses_names ON addresses (address COLLATE NOCASE)
    WHERE last_digits IS NULL AND address NOT GLOB '[A-Z][A-Z].[0-9]*';
