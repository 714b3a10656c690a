import type { Database } from "bun:sqlite";
import type { RefusalBatch } from "../../refusals.ts";
import * as accountSessions from "../../sql/tables/account-sessions.ts";
import * as accountUsers from "../../sql/tables/account-users.ts";
import {
  addApiToken,
  removeApiToken,
  setApiTokenLastUsed,
} from "../../sql/tables/api-tokens.ts";
import { addAuditEntry } from "../../sql/tables/audit.ts";
import { readClock, seenBeforeIn } from "../upkeep/clock-record.ts";
import {
  addRefusals,
  markRefusalsSeen,
  REFUSAL_MS,
} from "../../sql/tables/refusals.ts";
import { noteUpkeep } from "../../sql/tables/upkeep-notes.ts";

/**
 * What is written beside callbacks. Each function runs in a transaction of its own, in
 * the writing thread or in a command's process, and takes and gives what JSON can carry;
 * for nothing it gives undefined or null.
 */
const WRITES = {
  noteUpkeep,
  readClock,
  ...accountUsers,
  ...accountSessions,
  addAuditEntry,
  addRefusals: (db: Database, batch: RefusalBatch) =>
    addRefusals(db, batch, seenBeforeIn(db, batch.now, REFUSAL_MS)),
  markRefusalsSeen,
  addApiToken,
  removeApiToken,
  setApiTokenLastUsed,
};

type Given = typeof WRITES;
export type WriteName = keyof Given;
type Forms = {
  [N in WriteName]: {
    readonly input: Parameters<Given[N]>[1];
    readonly output: ReturnType<Given[N]>;
  };
};
export type Input<N extends WriteName> = Forms[N]["input"];
export type Output<N extends WriteName> = Forms[N]["output"];

const BY_NAME: {
  readonly [N in WriteName]: (db: Database, input: Input<N>) => Output<N>;
} = WRITES;

/** Does one write durably, or, when it throws, nothing of it. */
export function write<N extends WriteName>(
  db: Database,
  name: N,
  input: Input<N>,
): Output<N> {
  return db.transaction(() => BY_NAME[name](db, input)).immediate();
}
