/** Finds addresses that aren't numbers by their beginning, in any case. Numbers take no room in it. */
export const MIGRATION_TO_9 = `
  CREATE INDEX addresses_names ON addresses (address COLLATE NOCASE) WHERE last_digits IS NULL;
`;
