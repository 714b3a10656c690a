import type { FailingRequest, PageRequest } from "../store/store.ts";
import { codesWith, VERDICTS, type VerdictKind } from "../errors/verdict.ts";

/** Recipients on a page of the list, and messages on a page of one. */
export const PAGE_SIZE = 50;

/** What an address below `/numbers` asks for. */
export type NumbersQuery = {
  /** Undefined for all. */
  readonly verdict: VerdictKind | undefined;
  /** Pages on: recipients whose latest failure is older than this message's id. */
  readonly olderThan: number | undefined;
};

/** Reads the query of `/numbers`. Undefined when it is no address that a page links to. */
export function readNumbersQuery(
  params: URLSearchParams,
): NumbersQuery | undefined {
  const text = params.get("verdict") ?? "";
  const verdict = VERDICTS.find((each) => each === text);
  const olderThan = readId(params, "older");
  if (text !== "" && verdict === undefined) return undefined;
  return olderThan === null ? undefined : { verdict, olderThan };
}

/** Reads the query of one recipient's page. Undefined when no page links to it, as with both ends at once. */
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

/** An id; undefined when it is not there, null when it is none. */
function readId(
  params: URLSearchParams,
  name: string,
): number | undefined | null {
  const text = params.get(name) ?? "";
  if (text === "") return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The same for the store, which finds at most `size` recipients. */
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

/** Which codes the store finds recipients of a verdict by. */
export function withVerdict(
  verdict: VerdictKind | undefined,
): Pick<FailingRequest, "verdict"> {
  if (verdict === undefined) return {};
  const sendAgainCodes = codesWith("send-again");
  const doNotSendCodes = codesWith("do-not-send");
  return { verdict: { is: verdict, sendAgainCodes, doNotSendCodes } };
}
