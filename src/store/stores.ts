import type { AuditStore } from "./audit.ts";
import type { Store } from "./store.ts";

/** A database with all that is kept in it: messages, and what is kept beside them. */
export interface Stores extends Store {
  readonly audit: AuditStore;
}
