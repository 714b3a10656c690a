import type { RefusalPlace } from "../store/refusals.ts";

/** Refusals on a page of the list. */
export const PAGE_SIZE = 50;

/** Which refusals: those that need action, or noise. */
export const REFUSAL_KINDS = ["fixable", "noise"] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

/** A parsed address of the list. */
export type RefusalsQuery = {
  /** Undefined for all. */
  readonly kind: RefusalKind | undefined;
  readonly behind: RefusalPlace | undefined;
};

/** Reads the query of `/refusals`. Undefined if it isn't an address that a page links to. */
export function readRefusalsQuery(
  params: URLSearchParams,
): RefusalsQuery | undefined {
  const kindText = params.get("kind") ?? "";
  const kind = REFUSAL_KINDS.find((each) => each === kindText);
  const placeText = params.get("older") ?? "";
  const [, lastAt, id] = /^(\d{1,15})-(\d{1,15})$/.exec(placeText) ?? [];
  if (kindText !== "" && kind === undefined) return undefined;
  if (placeText === "") return { kind, behind: undefined };
  if (lastAt === undefined || id === undefined) return undefined;
  return { kind, behind: { lastAt: Number(lastAt), id: Number(id) } };
}

/** Formats a place for an address. */
export function placeText({ lastAt, id }: RefusalPlace): string {
  return `${lastAt}-${id}`;
}
