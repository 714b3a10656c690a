import { pause } from "../../../time/pause.ts";
import type { DoStep } from "../../core/long-work.ts";
import { upkeepStore } from "../../sql/upkeep-store.ts";
import { StoreUnavailable } from "../../store.ts";
import type { LongWork, UpkeepStore } from "../../upkeep.ts";
import type { Database } from "../connection/database.ts";
import { openPool, type Pool } from "../connection/pool.ts";
import { KEEPER_PARAMETERS } from "../keeper/keeper.ts";
import { createChores } from "./chores.ts";
import { stepsOn } from "./steps.ts";

const CHECKED_EVERY_MS = 50;
/** How long work waits for the keeper; it's behind by less than a second. */
const KEEPER_MS_MAX = 30_000;

/** Upkeep of a database beside nodes, or as one of them. */
export function openUpkeep(database: Database): {
  readonly store: UpkeepStore;
  readonly close: () => Promise<void>;
} {
  const { settings, db, read, write } = database;
  const choresPool = openPool(settings, { max: 1 });
  const { doStep, recorded, close } = openSteps(database);
  const store = upkeepStore(db, read, write, {
    doStep,
    exclusively: createChores(choresPool, database),
  });
  return {
    store: {
      ...store,
      async prune(before, work) {
        await recorded(work);
        return store.prune(before, work);
      },
      async pruneMadeUp(work) {
        await recorded(work);
        return store.pruneMadeUp(work);
      },
      async findNumber(address, work) {
        await recorded(work);
        return store.findNumber(address, work);
      },
      async erase(address, work) {
        await recorded(work);
        // A partition that was deleted whole still has its texts until then.
        while (
          !work?.signal?.aborted &&
          !(await doStep("giveBack", null)).output
        );
        return store.erase(address, work);
      },
    },
    async close() {
      await Promise.all([choresPool.close(), close()]);
    },
  };
}

/** What does long work, through a connection of its own that is made for the first step. */
export function openSteps(database: Database): {
  readonly doStep: DoStep;
  /** Resolves once the keeper has recorded what nodes had received; rejects with StoreUnavailable. */
  readonly recorded: (work?: LongWork) => Promise<void>;
  readonly close: () => Promise<void>;
} {
  const pool = openPool(database.settings, {
    max: 1,
    parameters: KEEPER_PARAMETERS,
  });
  return {
    doStep: stepsOn(pool, database),
    recorded: (work) => untilRecorded(pool, database, work),
    close: () => pool.close(),
  };
}

async function untilRecorded(
  pool: Pool,
  { whole, explain }: Database,
  { signal = new AbortController().signal }: LongWork = {},
): Promise<void> {
  await whole();
  const inboxId = async (which: "min" | "max"): Promise<number | null> => {
    try {
      const [row] = await pool.use(({ query }) =>
        query<{ id: number | null }>(`SELECT ${which}(id) AS id FROM inbox`),
      );
      return row?.id ?? null;
    } catch (error) {
      throw await explain(error);
    }
  };
  const last = await inboxId("max");
  const until = performance.now() + KEEPER_MS_MAX;
  while (!signal.aborted) {
    const first = await inboxId("min");
    if (last === null || first === null || first > last) return;
    if (performance.now() > until)
      throw new StoreUnavailable(
        "Callbacks that were received are waiting to be recorded, and no server does it. Start one, and try again.",
      );
    await pause(CHECKED_EVERY_MS, signal);
  }
}
