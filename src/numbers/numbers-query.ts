import type { FailingRequest, PageRequest } from "../store/store.ts";
import { codesWith, VERDICTS, type VerdictKind } from "../errors/verdict.ts";

/** Recipients per page of the list, and messages per page of a recipient. */
export const PAGE_SIZE = 50;

/** A parsed address of `/numbers`. */
export type NumbersQuery = {
  /** Undefined for all. */
  readonly verdict: VerdictKind | undefined;
  /** The next page: recipients whose latest failure is older than this message ID. */
  readonly olderThan: number | undefined;
};

/** Reads the query of `/numbers`. Undefined if it isn't an address that a page links to. */
export function readNumbersQuery(
  params: URLSearchParams,
): NumbersQuery | undefined {
  const text = params.get("verdict") ?? "";
  const verdict = VERDICTS.find((each) => each === text);
  const olderThan = readId(params, "older");
  if (text !== "" && verdict === undefined) return undefined;
  return olderThan === null ? undefined : { verdict, olderThan };
}

/** Reads the query of a recipient's page. Undefined if no page links to it, for example with both ends. */
export function readPageRequest(
  params: URLSearchParams,
): PageRequest | undefined {
  const olderThan = readId(params, "older");
  const newerThan = readId(params, "newer");
  if (olderThan === null || newerThan === null) return undefined;
  if (olderThan !== undefined && newerThan !== undefined) return undefined;
  return {
    size: PAGE_SIZE,
    ...(olderThan !== undefined && { olderThan }),
    ...(newerThan !== undefined && { newerThan }),
  };
}

/** Reads an ID; undefined if it's missing, null if it's invalid. */
function readId(
  params: URLSearchParams,
  name: string,
): number | undefined | null {
  const text = params.get(name) ?? "";
  if (text === "") return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Returns the query for the store, which finds at most `size` recipients. */
export function failingRequest(
  { verdict, olderThan }: NumbersQuery,
  size: number,
): FailingRequest {
  return {
    size,
    ...withVerdict(verdict),
    ...(olderThan !== undefined && { olderThan }),
  };
}

/** Returns the codes by which the store finds recipients with a verdict. */
export function withVerdict(
  verdict: VerdictKind | undefined,
): Pick<FailingRequest, "verdict"> {
  if (verdict === undefined) return {};
  const sendAgainCodes = codesWith("send-again");
  const doNotSendCodes = codesWith("do-not-send");
  return { verdict: { is: verdict, sendAgainCodes, doNotSendCodes } };
}
