import type { TimeRange } from "../time/time-range.ts";
import {
  SUPPRESSION_REASONS,
  type SuppressionReason,
} from "../store/suppressions.ts";

/** Entries per page. */
export const PAGE_SIZE = 50;
/** The maximum length of what can be searched for. */
export const NUMBER_LENGTH_MAX = 100;
export const NOTE_LENGTH_MAX = 300;
/** As many entries of a time as a digest counts. */
export const ADDED_MAX = 500;

/** A parsed address of the list. */
export type ListQuery = {
  /** Undefined for all. */
  readonly reason: SuppressionReason | undefined;
  /** The next page: entries whose change is older than this id. */
  readonly olderThan: number | undefined;
  /** The number that is searched for, as typed; "" for none. */
  readonly number: string;
  /** Only entries that were added in this time, up to `ADDED_MAX`. */
  readonly added: TimeRange | undefined;
};

/** Reads the query of the list; undefined if it isn't an address that a page links to. */
export function readListQuery(params: URLSearchParams): ListQuery | undefined {
  const reasonText = params.get("reason") ?? "";
  const reason = reasonOf(reasonText);
  const older = params.get("older") ?? "";
  if (reasonText !== "" && reason === undefined) return undefined;
  if (!/^\d{0,15}$/.test(older)) return undefined;
  const [from, to] = ["from", "to"].map((name) => params.get(name) ?? "");
  const added = { from: Date.parse(from ?? ""), to: Date.parse(to ?? "") };
  const hasTimes = from !== "" || to !== "";
  if (hasTimes && !(added.from < added.to)) return undefined;
  return {
    reason,
    olderThan: older === "" ? undefined : Number(older),
    added: hasTimes ? added : undefined,
    number: (params.get("number") ?? "").trim().slice(0, NUMBER_LENGTH_MAX),
  };
}

export function reasonOf(text: string): SuppressionReason | undefined {
  return SUPPRESSION_REASONS.find((each) => each === text);
}
