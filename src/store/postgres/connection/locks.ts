/**
 * Advisory locks, which are numbers to the server. A lock of a transaction ends with it, however
 * that ends.
 */

/** Whoever upgrades a database: "smsl". */
export const UPGRADE_LOCK = 0x736d736c;

/** Whoever writes beside messages: "smsm". */
export const LOCK_OF_WRITERS = 0x736d736d;

/** Whoever changes receipts but receivers, which share it: "smsr"; see append_callbacks. */
export const RECEIPTS_LOCK = 0x736d7372;

/** Whoever copies a ledger into a database: "smsc". */
export const COPY_LOCK = 0x736d7363;
