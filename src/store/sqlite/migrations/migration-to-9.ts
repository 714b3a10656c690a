/**
 * Finds names by their beginning, in any case. Numbers take no room in it, nor do user ids,
 * which are always written the same and so are found by the address itself.
 */
export const MIGRATION_TO_9 = `
  CREATE INDEX addresses_names ON addresses (address COLLATE NOCASE)
    WHERE last_digits IS NULL AND address NOT GLOB '[A-Z][A-Z].[0-9]*';
`;
