import type { Config } from "../config.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { UpkeepState } from "../store/upkeep.ts";
import type { Labelled, Metrics } from "./metric-kinds.ts";

type Chore = {
  readonly chore: "backup" | "retention";
  readonly doneAt: number | undefined;
  readonly hasFailed: boolean;
};

/** How the chores go that the settings ask for. */
export function addChoreMetrics(
  metrics: Metrics,
  config: Pick<Config, "backupFolder" | "retentionDays">,
  upkeep: () => Promise<UpkeepState>,
): void {
  const chores = async (): Promise<readonly Chore[]> => {
    try {
      return choresOf(config, await upkeep());
    } catch (error) {
      if (error instanceof StoreUnavailable) return [];
      throw error;
    }
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
