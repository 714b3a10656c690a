import { AUDIT_TABLE } from "./audit.ts";

/** What is kept beside messages. Each table is explained where it is written. */
export const MIGRATION_TO_3 = [AUDIT_TABLE].join("\n");
