import { COST_DIMENSIONS } from "../../core/cost-table.ts";
import { CostSum } from "../../core/cost-sum.ts";
import type { CostLines, CostPlace, CostSplit } from "../../costs.ts";
import type { Db } from "../dialect.ts";
import { costKeyNames } from "./cost-keys.ts";
import { costsAfter } from "./cost-rows.ts";

/** Lines that are read at a time: few, as others wait. */
const STEP_ROWS = 200;

/** What messages of a day cost by key, after a line. */
export async function costLines(
  db: Db,
  day: number,
  by: Exclude<CostSplit, "day">,
  after?: CostPlace,
): Promise<CostLines> {
  const dimension = COST_DIMENSIONS[by];
  const rows = await costsAfter(db, day, dimension, after, STEP_ROWS);
  const keys = [...new Set(rows.map(({ key }) => key))];
  const nameOf = await costKeyNames(db, by, keys);
  const last = rows.at(-1);
  return {
    lines: rows.map(({ key, ...row }) => {
      const sum = new CostSum();
      sum.addRow(row);
      const [charged] = sum.costs(false).charged;
      return {
        ...nameOf(key),
        charged: charged
          ? { currency: charged.currency, cost: charged.cost }
          : null,
        messages: row.messages,
        segments: row.segments,
        withFee: row.withFee,
        seen: row.seen,
      };
    }),
    next:
      last === undefined || rows.length < STEP_ROWS
        ? undefined
        : { currency: last.currency, key: last.key },
  };
}
