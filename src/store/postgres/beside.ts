import type { CommandStores, Reader } from "../engine.ts";
import { findNumber } from "../core/long-work.ts";
import { messageReading } from "../sql/message-reading.ts";
import { clockReading } from "../sql/tables/clock-record.ts";
import { findInRefusals } from "../sql/tables/erased-refusals.ts";
import { keptBeside } from "../sql/tables/kept-beside.ts";
import { openDatabase } from "./connection/database.ts";
import { openPool } from "./connection/pool.ts";
import { explained } from "./connection/postgres-errors.ts";
import { postgresSettings } from "./connection/settings.ts";
import { requireOurs } from "./migrations/migrations.ts";
import { openSteps, openUpkeep } from "./upkeep/upkeep.ts";

/** Rows that are read in one step: many, as nothing else waits for this process. */
const STEP_ROWS = 1_000;

/** Whether a database has tables of this program. */
export async function hasTables(databaseUrl: string): Promise<boolean> {
  const settings = postgresSettings(databaseUrl);
  const pool = openPool(settings, { max: 1 });
  try {
    return (await pool.use(requireOurs)) > 0;
  } catch (error) {
    throw await explained(settings, error);
  } finally {
    await pool.close();
  }
}

/** Opens a database only to read it, also beside nodes; see `Engine`. */
export async function openReader(databaseUrl: string): Promise<Reader> {
  const database = openDatabase(databaseUrl, { mayCreate: false });
  const { db, read, opened } = database;
  await opened;
  const steps = openSteps(database);
  return {
    ...messageReading(db, read, { stepRows: STEP_ROWS }),
    async findNumber(address, work) {
      await steps.recorded(work);
      return findNumber(
        steps.doStep,
        (sought) => read(() => findInRefusals(db, sought)),
        address,
        work,
      );
    },
    clockAt: (now) => read(() => clockReading(db, now)),
    async close() {
      await steps.close();
      await database.close();
    },
  };
}

/** Opens a database for a command, also beside nodes; see `Engine`. */
export async function openCommandStores(
  databaseUrl: string,
  mayCreate = false,
): Promise<CommandStores> {
  const database = openDatabase(databaseUrl, { mayCreate });
  const { db, read, write, opened } = database;
  await opened;
  const upkeep = openUpkeep(database);
  return {
    ...keptBeside(db, read, write),
    upkeep: upkeep.store,
    async close() {
      await upkeep.close();
      await database.close();
    },
  };
}
