import { parseFilter } from "../../messages/filter-language.ts";
import type { Condition, MessageFilter } from "../../store/filter.ts";
import type { Dimension, TallyRow } from "../../store/tally.ts";

/** What a rule watches one by one: everything together, or each of these. */
export const EACH = ["all", "sender", "country", "service", "channel"] as const;
export type Each = (typeof EACH)[number];

/**
 * Which messages a rule counts, and how: from the rollups of all messages, or of one
 * dimension; any other filter only over the newest messages that match.
 */
export type Scope =
  | {
      readonly isSample: false;
      readonly by: Dimension | undefined;
      readonly includes: (row: TallyRow) => boolean;
      /** Only failures with one of these codes count as failures; undefined for all. */
      readonly codes: readonly number[] | undefined;
    }
  | {
      readonly isSample: true;
      readonly filter: MessageFilter;
      readonly codes: readonly number[] | undefined;
    };

/** More codes are looked for in a sample. */
const CODES_MAX = 5;

/** Reads a rule's filter, in which mistakes were refused when the rule was saved. */
export function scopeOf(filterText: string, each: Each, now: number): Scope {
  const { filter } = parseFilter(filterText, now);
  const isCode = ({ field, negated }: Condition) =>
    field === "code" && !negated;
  const codeConditions = filter.filter(isCode);
  const others = filter.filter((condition) => !isCode(condition));
  const [ofCode] = codeConditions;
  const codes = ofCode?.field === "code" ? ofCode.values : undefined;
  const [only] = others;
  const isCounted =
    codeConditions.length <= 1 &&
    others.length <= 1 &&
    (codes?.length ?? 0) <= CODES_MAX;
  if (!isCounted) return { isSample: true, filter: others, codes };
  if (only === undefined)
    return each === "sender" && codes !== undefined
      ? { isSample: true, filter: [], codes }
      : {
          isSample: false,
          by: each === "all" ? undefined : each,
          includes: () => true,
          codes,
        };
  const dimension = dimensionOf(only);
  return dimension === undefined || (each !== "all" && each !== dimension.by)
    ? { isSample: true, filter: others, codes }
    : { isSample: false, ...dimension, codes };
}

/** How the rollups of one dimension answer a condition; undefined if they can't. */
function dimensionOf(
  condition: Condition,
):
  | { readonly by: Dimension; readonly includes: (row: TallyRow) => boolean }
  | undefined {
  const { negated } = condition;
  const among = (by: Dimension, values: readonly string[]) => ({
    by,
    includes: ({ key }: TallyRow) => values.includes(String(key)) !== negated,
  });
  switch (condition.field) {
    case "country":
    case "channel":
    case "service":
      return among(condition.field, condition.values);
    case "from": {
      // Anything but an id may be the beginning of a number or name.
      const ids = condition.values.map((value) => /^~(\d+)$/.exec(value)?.[1]);
      return ids.includes(undefined)
        ? undefined
        : {
            by: "sender",
            includes: ({ id }) => ids.includes(String(id)) !== negated,
          };
    }
    default:
      return undefined;
  }
}

/** The fields that a rule's filter can't have: its own condition is about these. */
export const OWN_FIELDS: readonly string[] = ["status", "after", "before"];

/** What is wrong with a rule's filter, in sentences. */
export function filterMistakes(filterText: string, now: number): string[] {
  const { filter, mistakes } = parseFilter(filterText, now);
  const own = filter.find(({ field }) => OWN_FIELDS.includes(field));
  return [
    ...mistakes.map(({ sentence }) => sentence),
    ...(own === undefined
      ? []
      : [
          `A rule’s filter can’t contain ${own.field}: the rule itself decides which statuses and times it counts.`,
        ]),
  ];
}
