import type { RuleSettings } from "../../store/alerts.ts";
import { numberOf, preparedNow, type RuleKindDefinition } from "./rule.ts";

/** A disk with more free space than this isn't nearly full, whatever its size. */
const ENOUGH_BYTES = 20_000_000_000;
/** Resolves when this much more is free than it fires at. */
const MARGIN = 1.1;

/** Fires when the disk of the database is nearly full. */
export const disk: RuleKindDefinition = {
  kind: "disk",
  label: "Disk nearly full",
  about:
    "Little of the database’s disk is free. Once it’s full, callbacks are answered 503.",
  fields: [
    {
      name: "freePercent",
      label: "Fires when less than this is free, and less than 20 GB",
      unit: "%",
      min: 1,
      max: 90,
      default: 10,
    },
  ],
  takesFilter: false,
  sustainedMs: () => 0,
  async prepare({ database }, { settings }, { to }) {
    const { disk: room, bytes } = await database.space();
    // Unknown, or the disk of another machine.
    if (room === undefined) return preparedNow([]);
    const { freeBytes, totalBytes } = room;
    const limit = Math.min(
      ENOUGH_BYTES,
      (totalBytes * number(settings, "freePercent")) / 100,
    );
    return preparedNow([
      {
        key: "",
        isMet: freeBytes < limit,
        isClear: freeBytes >= limit * MARGIN,
        measured: {
          freeBytes,
          totalBytes,
          to,
          ...(bytes !== undefined && { databaseBytes: bytes }),
        },
        badness: 1 - freeBytes / totalBytes,
      },
    ]);
  },
};

const number = (settings: RuleSettings, name: string): number =>
  numberOf(disk, settings, name);
