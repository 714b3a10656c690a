import { withDialect, type Db } from "../dialect.ts";
import {
  addPendingAlerts,
  advanceAlerts,
  handleAlert,
} from "./alert-changes.ts";
import {
  addAlertChannel,
  changeAlertChannel,
  removeAlertChannel,
} from "./alert-channels.ts";
import {
  addAlertRule,
  changeAlertRule,
  removeAlertRule,
} from "./alert-rules.ts";
import {
  addApiToken,
  removeApiToken,
  setApiTokenLastUsed,
} from "./api-tokens.ts";
import { addAuditEntry } from "./audit.ts";
import { addBackfillPage, wantBackfill } from "./backfill.ts";
import { readClock } from "./clock-record.ts";
import {
  addEndpoint,
  changeEndpoint,
  removeEndpoint,
  rotateEndpoint,
  setEndpointState,
} from "./endpoints.ts";
import { eraseFromAlerts } from "./erased-alerts.ts";
import { eraseFromAudit } from "./erased-audit.ts";
import {
  eraseFromEndpoints,
  readAgainForEndpoints,
} from "./erased-endpoints.ts";
import { eraseFromRefusals, findInRefusals } from "./erased-refusals.ts";
import { takeGuess } from "./guesses.ts";
import { muteCode, unmuteCode } from "./muted-codes.ts";
import { saveOutbox } from "./outbox-save.ts";
import {
  eraseFromOutbox,
  removeLeftovers,
  removeOldAttempts,
  tidyOutbox,
} from "./outbox-upkeep.ts";
import { markRefusalsSeen } from "./refusals.ts";
import { addRefusals } from "./refusals-added.ts";
import { addInFlight, saveAsked } from "./reconciled.ts";
import { addResend, endResend } from "./resends.ts";
import { keepSecretKey } from "./secrets.ts";
import {
  endOtherSessions,
  endSession,
  noteUse,
  removeEndedSessions,
  signIn,
  signOut,
} from "./sessions.ts";
import { putDigest, removeDigest, saveDigest } from "./digests.ts";
import { savePrices } from "./prices.ts";
import { removeWithoutMessage } from "./without-message.ts";
import { moveSuppressions, removeSuppression } from "./suppression-writes.ts";
import { addView, changeView, eraseFromViews, removeView } from "./views.ts";
import { noteUpkeep } from "./upkeep-notes.ts";
import {
  addFirstUser,
  addProxyUser,
  addUser,
  removeUser,
  setPassword,
  setRole,
  setSetupCode,
} from "./users.ts";

/**
 * Writes other than callbacks. Each runs in a transaction of its own, on SQLite in the
 * writing thread or in a command's process. It takes and returns what JSON can carry.
 */
const WRITES = {
  addUser,
  addProxyUser,
  setSetupCode,
  addFirstUser,
  setRole,
  setPassword,
  removeUser,
  keepSecretKey,
  takeGuess,
  signIn,
  noteUse,
  signOut,
  endSession,
  endOtherSessions,
  removeEndedSessions,
  addAuditEntry,
  addApiToken,
  removeApiToken,
  setApiTokenLastUsed,
  addEndpoint,
  changeEndpoint,
  setEndpointState,
  rotateEndpoint,
  removeEndpoint,
  saveOutbox,
  addResend,
  endResend,
  tidyOutbox,
  removeLeftovers,
  removeOldAttempts,
  eraseFromOutbox,
  addRefusals,
  markRefusalsSeen,
  findInRefusals,
  eraseFromRefusals,
  eraseFromAlerts,
  eraseFromEndpoints,
  readAgainForEndpoints,
  eraseFromAudit,
  readClock,
  noteUpkeep,
  addAlertRule,
  changeAlertRule,
  removeAlertRule,
  addPendingAlerts,
  advanceAlerts,
  handleAlert,
  muteCode,
  unmuteCode,
  addAlertChannel,
  changeAlertChannel,
  removeAlertChannel,
  moveSuppressions,
  removeSuppression,
  putDigest,
  removeDigest,
  saveDigest,
  addView,
  changeView,
  removeView,
  eraseFromViews,
  wantBackfill,
  addBackfillPage,
  addInFlight,
  saveAsked,
  savePrices,
  removeWithoutMessage,
};

/** Writes that a power cut may undo, as the work that they record is then just done again. */
export const REPEATABLE: ReadonlySet<keyof typeof WRITES> = new Set([
  "saveOutbox",
]);

type Given = typeof WRITES;
export type WriteName = keyof Given;
type Forms = {
  [N in WriteName]: {
    readonly input: Given[N] extends (db: Db, ...input: infer Input) => unknown
      ? Input
      : never;
    readonly output: Awaited<ReturnType<Given[N]>>;
  };
};
/** What a write takes beside the transaction. */
export type Input<N extends WriteName> = Forms[N]["input"];
export type Output<N extends WriteName> = Forms[N]["output"];

/** Does a write durably, or rejects with StoreUnavailable when nothing of it was done. */
export type Write = <N extends WriteName>(
  name: N,
  ...input: Input<N>
) => Promise<Output<N>>;

const BY_NAME: {
  readonly [N in WriteName]: (db: Db, ...input: Input<N>) => Promise<Output<N>>;
} = WRITES;

/** Does one write in a transaction of its own. */
export function write<N extends WriteName>(
  db: Db,
  name: N,
  input: Input<N>,
): Promise<Output<N>> {
  return db
    .transaction()
    .execute((transaction) =>
      BY_NAME[name](withDialect(transaction, db.dialect), ...input),
    );
}
