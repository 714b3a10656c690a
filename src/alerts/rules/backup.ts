import type { RuleSettings } from "../../store/alerts.ts";
import { operatingSince } from "../operation.ts";
import {
  HOUR_MS,
  numberOf,
  preparedNow,
  type RuleKindDefinition,
} from "./rule.ts";

/** Fires when the latest scheduled backup failed, or none was made for too long. */
export const backup: RuleKindDefinition = {
  kind: "backup",
  label: "Failing backups",
  about:
    "The latest scheduled backup failed, or there was none for more than a day.",
  fields: [
    {
      name: "hours",
      label: "Also fires when the latest backup is older than",
      unit: "hours",
      min: 25,
      max: 720,
      default: 26,
    },
  ],
  takesFilter: false,
  sustainedMs: () => 0,
  async prepare({ upkeep, isBackupScheduled }, { settings }, { to, record }) {
    if (!isBackupScheduled) return preparedNow([]);
    const { backup: latest, backupFailure: failure } = await upkeep.state();
    const ageMs = number(settings, "hours") * HOUR_MS;
    const isOld =
      latest !== undefined && operatingSince(record, to, ageMs) >= latest.at;
    return preparedNow([
      {
        key: "",
        isMet: failure !== undefined || isOld,
        isClear: failure === undefined && !isOld,
        measured: {
          to,
          ...(latest && { latestAt: latest.at }),
          ...(failure && { reason: failure.reason, failedAt: failure.at }),
        },
        badness: latest === undefined ? 0 : to - latest.at,
      },
    ]);
  },
};

const number = (settings: RuleSettings, name: string): number =>
  numberOf(backup, settings, name);
