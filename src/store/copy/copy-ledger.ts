import { Mistake } from "../../log/failure.ts";
import { pause } from "../../time/pause.ts";
import {
  CopyDiffers,
  ValueTaken,
  type CopiedGroup,
  type CopiedKey,
  type CopiedRow,
  type CopySource,
  type CopyTarget,
  type HighestIds,
  type Span,
  type SpanRows,
} from "../copying.ts";
import { COPIED_GROUPS } from "./copied-tables.ts";

/** Rows of a group's first table that are copied in one transaction. */
const SPAN_ROWS = 2_000;
const ASK_AGAIN_MS = 500;

export type CopyOptions = {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  /** Called when the source is in use, before what it has so far is copied. */
  readonly onInUse: () => void;
  /** Called when only its servers have to stop; with whether those of the copy can start. */
  readonly onWaiting: (canStart: boolean) => void;
};

/** What was copied, and found to be the same in the copy. */
export type CopiedLedger = {
  readonly tables: number;
  readonly rows: number;
  readonly messages: number;
  readonly events: number;
};

/**
 * Copies a ledger part by part. What a part has is compared first, so an interrupted copy
 * continues where it ended. While a server uses the source, its parts are copied as they are
 * at that moment; once none does, the source is held still, and every part is compared again.
 * Resolves to undefined when the signal stopped it. Rejects with CopyDiffers.
 */
export async function copyLedger(
  source: CopySource,
  target: CopyTarget,
  options: CopyOptions,
): Promise<CopiedLedger | undefined> {
  requireSameColumns(source, target);
  if (!(await source.hold())) {
    options.onInUse();
    await copyGroups(source, target, options, false);
    if (!options.signal.aborted) options.onWaiting(await target.admitServers());
    while (!options.signal.aborted && !(await source.hold()))
      await pause(ASK_AGAIN_MS, options.signal);
  }
  const counts = await copyGroups(source, target, options, true);
  if (options.signal.aborted) return undefined;
  const ids = await source.highestIds();
  await target.finish(ids);
  requireSameIds(ids, await target.highestIds());
  return {
    tables: counts.size,
    rows: [...counts.values()].reduce((sum, rows) => sum + rows, 0),
    messages: counts.get("messages") ?? 0,
    events: counts.get("events") ?? 0,
  };
}

/** Resolves to how many rows each table has. */
async function copyGroups(
  source: CopySource,
  target: CopyTarget,
  { signal, onProgress }: CopyOptions,
  isFinal: boolean,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let total = 0;
  for (const [first] of COPIED_GROUPS) total += await source.count(first);
  let done = 0;
  for (const group of COPIED_GROUPS) {
    let after: CopiedKey | undefined;
    do {
      if (signal.aborted) return counts;
      const until = await source.endOfSpan(group[0], after, SPAN_ROWS);
      const rows = await copySpan(
        source,
        target,
        group,
        { after, until },
        isFinal,
      );
      group.forEach(({ name }, place) =>
        counts.set(name, (counts.get(name) ?? 0) + (rows[place] ?? 0)),
      );
      after = until;
      done += rows[0] ?? 0;
      onProgress(Math.min(done, total), total);
    } while (after !== undefined);
  }
  return counts;
}

/** Makes a part of the copy the same as the source's; resolves to how many rows of each table it has. */
async function copySpan(
  source: CopySource,
  target: CopyTarget,
  group: CopiedGroup,
  span: Span,
  isFinal: boolean,
): Promise<readonly number[]> {
  const same = await rowsIfSame(source, target, group, span);
  if (same !== undefined) return same;
  const wanted = (await source.read(group, span)).map((rows, place) =>
    rows.map((row) => target.stored(group[place] ?? group[0], row)),
  );
  const rows = wanted.map((each) => each.length);
  if (isSame(wanted, await target.read(group, span))) return rows;
  try {
    await target.replace(group, span, wanted, isFinal);
  } catch (error) {
    if (!(error instanceof ValueTaken)) throw error;
    // Whatever has the value comes later, so it's compared, and copied again, later.
    await target.clearAfter(group, span.after);
    await target.replace(group, span, wanted, isFinal);
  }
  if (isFinal && !isSame(wanted, await target.read(group, span)))
    throw new CopyDiffers(
      `The copy of the table ${group.map(({ name }) => name).join(" or ")} isn't like the original. Check the disks of both, remove the copy, and start again.`,
    );
  return rows;
}

/** Compares a part of both sides by digests; resolves to how many rows of each table it has, or to undefined. */
async function rowsIfSame(
  source: CopySource,
  target: CopyTarget,
  group: CopiedGroup,
  span: Span,
): Promise<readonly number[] | undefined> {
  const [wanted, found] = await Promise.all([
    source.digest(group, span),
    target.digest(group, span),
  ]);
  return Bun.deepEquals(wanted, found)
    ? wanted.map(({ rows }) => rows)
    : undefined;
}

/** Compares rows in any order. */
function isSame(some: SpanRows, others: SpanRows): boolean {
  return some.every((rows, place) => {
    const other = others[place] ?? [];
    return rows.length === other.length && checksum(rows) === checksum(other);
  });
}

/** The sum of the rows' hashes, which doesn't depend on their order. */
function checksum(rows: readonly CopiedRow[]): bigint {
  let sum = 0n;
  for (const row of rows) sum += Bun.hash.xxHash64(JSON.stringify(row));
  return sum;
}

function requireSameColumns(source: CopySource, target: CopyTarget): void {
  for (const { name } of COPIED_GROUPS.flat())
    if (source.columns.get(name)?.join() !== target.columns.get(name)?.join())
      throw new Mistake(`The engines' tables ${name} have different columns.`);
}

function requireSameIds(wanted: HighestIds, found: HighestIds): void {
  for (const [name, id] of Object.entries(wanted))
    if (found[name] !== id)
      throw new CopyDiffers(
        `The copy's highest id of the table ${name} is ${found[name]} instead of ${id}. Remove the copy, and start again.`,
      );
}
