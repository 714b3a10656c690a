import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import { schemaProblem, type SchemaFacts } from "../migrations/migrations.ts";
import type { Pool } from "./pool.ts";

const CHECKED_EVERY_MS = 1_000;

type Found = SchemaFacts & {
  /** Undefined unless a ledger is being copied into the database; otherwise whether nodes can receive meanwhile. */
  readonly isCopyOpen: boolean | undefined;
};

const READ = `SELECT version, appends_from AS "appendsFrom", (SELECT is_open FROM copying) AS "isCopyOpen"
  FROM smsledger_schema`;

async function read(pool: Pool): Promise<Found> {
  const [found] = await pool.use(({ query }) =>
    query<SchemaFacts & { readonly isCopyOpen: number | null }>(READ),
  );
  if (found === undefined)
    throw new TypeError("The table smsledger_schema has no row.");
  const { isCopyOpen } = found;
  return {
    ...found,
    isCopyOpen: isCopyOpen === null ? undefined : isCopyOpen === 1,
  };
}

/** Called when a node can only receive callbacks, or not even these, with a sentence that says why. */
export type OnRestricted = (reason: string) => void;

const COPYING =
  "The ledger is still being copied into this database. Callbacks are received; everything else works once smsledger copy is done.";

export type LedgerGuard = ReturnType<typeof createLedgerGuard>;

/**
 * Refuses a database whose ledger isn't whole, as it's being copied, or whose tables this program
 * doesn't know, as a newer one has upgraded them. A node, which passes `onRestricted`, can receive
 * callbacks meanwhile, and watches for either as long as it runs.
 */
export function createLedgerGuard(
  pool: Pool,
  place: string,
  onRestricted?: OnRestricted,
) {
  let restriction: { words: string; mayAppend: boolean } | undefined;
  let isClosed = false;
  const look = async (): Promise<void> => {
    const found = await read(pool);
    const before = restriction?.words;
    restriction =
      schemaProblem(found) ??
      (found.isCopyOpen === undefined
        ? undefined
        : { words: COPYING, mayAppend: true });
    if (restriction !== undefined && restriction.words !== before)
      onRestricted?.(restriction.words);
  };
  const watch = async (): Promise<void> => {
    while (!isClosed) {
      await Bun.sleep(CHECKED_EVERY_MS);
      // While the server doesn't answer, everything else says so.
      if (!isClosed) await look().catch(() => undefined);
    }
  };
  return {
    /** Call this once. Rejects with StoreUnusable. */
    async open(): Promise<void> {
      const { isCopyOpen } = await read(pool);
      if (isCopyOpen === false || (isCopyOpen && onRestricted === undefined))
        throw new StoreUnusable(
          `The ${place} has an unfinished copy of a ledger. Wait for smsledger copy, or run the same command again to finish it${isCopyOpen ? "" : "; it says when servers can start"}.`,
        );
      if (onRestricted === undefined) return;
      await look();
      void watch();
    },
    /** Looks now. Call this when a table isn't as expected. */
    look,
    /** Throws StoreUnavailable while only callbacks can be received. */
    requireWhole(): void {
      if (restriction) throw new StoreUnavailable(restriction.words);
    },
    /** Throws StoreUnavailable if not even callbacks can be received. */
    requireAppendable(): void {
      if (restriction?.mayAppend === false)
        throw new StoreUnavailable(restriction.words);
    },
    /** Why only callbacks can be received, if that; undefined if everything works. */
    restriction: (): string | undefined => restriction?.words,
    close(): void {
      isClosed = true;
    },
  };
}
