import type { Config } from "../config/config.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { UpkeepState } from "../store/upkeep.ts";
import { alone, type Labelled, type Metrics } from "./metric-kinds.ts";

type Chore = {
  readonly chore: "backup" | "retention";
  readonly doneAt: number | undefined;
  readonly hasFailed: boolean;
};

/** The state of the chores that the settings enable. */
export function addChoreMetrics(
  metrics: Metrics,
  config: Pick<Config, "backupFolder" | "retentionDays">,
  upkeep: () => Promise<UpkeepState>,
): void {
  const chores = async (): Promise<readonly Chore[]> => {
    const state = await stateOf(upkeep);
    return state === undefined ? [] : choresOf(config, state);
  };
  metrics.gauge({
    name: "smsledger_chore_ok",
    help: "For each chore that the settings ask for: 0 when it failed the last time, else 1.",
    labels: ["chore"],
    read: async () =>
      (await chores()).map(({ chore, hasFailed }) => [
        { chore },
        hasFailed ? 0 : 1,
      ]),
  });
  metrics.gauge({
    name: "smsledger_chore_done_timestamp_seconds",
    help: "When each chore was last done; absent before the first time.",
    labels: ["chore"],
    read: async () =>
      (await chores()).flatMap(({ chore, doneAt }): Labelled<number>[] =>
        doneAt === undefined ? [] : [[{ chore }, doneAt / 1_000]],
      ),
  });
  if (config.retentionDays > 0)
    metrics.gauge({
      name: "smsledger_retention_paused",
      help: "1 while nothing is deleted because the clock may be wrong, else 0.",
      read: async () => {
        const state = await stateOf(upkeep);
        return state === undefined
          ? []
          : alone(state.retentionPause === undefined ? 0 : 1);
      },
    });
}

/** Undefined if the database doesn't respond. */
async function stateOf(
  upkeep: () => Promise<UpkeepState>,
): Promise<UpkeepState | undefined> {
  try {
    return await upkeep();
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}

function choresOf(
  {
    backupFolder,
    retentionDays,
  }: Pick<Config, "backupFolder" | "retentionDays">,
  state: UpkeepState,
): Chore[] {
  const chores: Chore[] = [];
  if (backupFolder !== undefined) {
    const { backup, backupFailure } = state;
    const hasFailed = backupFailure !== undefined;
    chores.push({ chore: "backup", doneAt: backup?.at, hasFailed });
  }
  if (retentionDays > 0) {
    const { retention, retentionFailure } = state;
    const hasFailed = retentionFailure !== undefined;
    chores.push({ chore: "retention", doneAt: retention?.at, hasFailed });
  }
  return chores;
}
