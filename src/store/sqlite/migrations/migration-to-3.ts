import { ACCOUNT_TABLES } from "../../sql/tables/account-tables.ts";
import { API_TOKENS_TABLE } from "../../sql/tables/api-tokens.ts";
import { AUDIT_TABLE } from "../../sql/tables/audit.ts";
import { EVENT_ADDRESSES_TABLE } from "../../core/event-addresses.ts";
import { HIGHEST_IDS_TABLE } from "../recording/fresh-ids.ts";
import { LAST_DAYS_TABLES } from "../recording/last-days.ts";
import { REFUSAL_TABLES } from "../../sql/tables/refusals.ts";
import { UPKEEP_NOTES_TABLE } from "../../sql/tables/upkeep-notes.ts";

/** What is kept beside messages. Each table is explained where it is written. */
export const MIGRATION_TO_3 = [
  AUDIT_TABLE,
  REFUSAL_TABLES,
  ACCOUNT_TABLES,
  API_TOKENS_TABLE,
  EVENT_ADDRESSES_TABLE,
  HIGHEST_IDS_TABLE,
  LAST_DAYS_TABLES,
  UPKEEP_NOTES_TABLE,
].join("\n");
