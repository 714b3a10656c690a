import { CHANNELS } from "../../../twilio/status.ts";
import type { Condition } from "../../filter.ts";
import { DIMENSIONS } from "../../core/rollup-table.ts";
import type { Db } from "../dialect.ts";
import type { Key, Rows } from "../tallies/rollup-reader.ts";
import { addressesMeant } from "./address-search.ts";
import { sidIds } from "./message-conditions.ts";

/** The rows of the rollups that count what a condition lets through: those with these keys. */
export type KeptGroup = Pick<Rows, "dimension"> & {
  /** Each once. */
  readonly keys: readonly Key[];
};

/** Conditions with more values than this are searched instead. */
export const VALUES_MAX = 20;

/**
 * The countries, senders, services or channels that a condition names. Undefined where the
 * rollups don't count exactly those.
 */
export async function keptGroupOf(
  db: Db,
  condition: Condition,
): Promise<KeptGroup | undefined> {
  const { field, negated } = condition;
  if (negated) return undefined;
  const of = (dimension: number, keys: readonly Key[]) => {
    const each = [...new Set(keys)];
    return each.length > VALUES_MAX ? undefined : { dimension, keys: each };
  };
  switch (field) {
    case "country":
      return of(DIMENSIONS.country, condition.values);
    case "channel":
      return of(
        DIMENSIONS.channel,
        condition.values.map((channel) => CHANNELS.indexOf(channel) + 1),
      );
    case "service":
      return of(DIMENSIONS.service, await sidIds(db, condition.values));
    case "from": {
      const meant = await addressesMeant(db, "from", condition.values);
      return "ids" in meant ? of(DIMENSIONS.sender, meant.ids) : undefined;
    }
    default:
      return undefined;
  }
}
