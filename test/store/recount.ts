import { expect } from "bun:test";
import type { MessageRow, Store } from "../../src/store/store.ts";
import type {
  Dimension,
  TallyRequest,
  TallyRow,
} from "../../src/store/tally.ts";
import { EVENT_STATUSES } from "../../src/twilio/status.ts";
import { messagesIn } from "../support/rows.ts";

/** Returns the number of messages in all rows together. */
export function total(rows: readonly TallyRow[]): number {
  return rows
    .flatMap((row) => Object.values(row.counts))
    .reduce((sum, count) => sum + count, 0);
}

/** Counts the messages one by one and expects the store's tally to be the same. */
export async function expectRecount(
  store: Pick<Store, "tally" | "everyMessage">,
  request: Omit<TallyRequest, "by" | "spanMs" | "errorCode"> & {
    by?: Dimension | undefined;
    spanMs?: number | undefined;
    errorCode?: number | undefined;
  },
): Promise<void> {
  const { range, by, spanMs, errorCode } = request;
  const rows = await store.tally({
    range,
    ...(by === undefined ? {} : { by }),
    ...(spanMs === undefined ? {} : { spanMs }),
    ...(errorCode === undefined ? {} : { errorCode }),
  });
  expect(rows.map((row) => row.at)).toEqual(
    rows.map((row) => row.at).toSorted((a, b) => a - b),
  );
  const messages = (await messagesIn(store)).filter(
    (message) =>
      message.firstEventAt >= range.from &&
      message.firstEventAt < range.to &&
      (errorCode === undefined || message.errorCode === errorCode),
  );
  expectRowsOf(messages, rows, { from: range.from, by, spanMs });
}

/** Expects a tally's rows to be those of these messages. */
export function expectRowsOf(
  messages: readonly MessageRow[],
  rows: readonly TallyRow[],
  {
    from,
    by,
    spanMs,
  }: {
    readonly from: number;
    readonly by: Dimension | undefined;
    readonly spanMs?: number | undefined;
  },
): void {
  const groups = Map.groupBy(messages, (message) => {
    const { key, id } = keyOf(message, by);
    const at =
      spanMs === undefined
        ? from
        : Math.floor(message.firstEventAt / spanMs) * spanMs;
    return JSON.stringify({ key, at, id });
  });
  const recount = [...groups].map(([name, group]) => [
    name,
    Object.fromEntries(
      EVENT_STATUSES.map((status) => [
        status,
        group.filter((message) => message.status === status).length,
      ]),
    ),
  ]);
  expect(
    Object.fromEntries(
      rows.map(({ key, at, id, counts }) => [
        JSON.stringify({ key, at, id }),
        counts,
      ]),
    ),
  ).toEqual(Object.fromEntries(recount));
  expect(rows).toHaveLength(recount.length);
}

function keyOf(
  message: MessageRow,
  by: Dimension | undefined,
): { key: string | number | null; id?: number | undefined } {
  switch (by) {
    case undefined:
      return { key: null };
    case "channel":
      return { key: message.channel };
    case "errorCode":
      return { key: message.errorCode };
    case "country":
      return { key: message.country };
    case "service":
      return { key: message.messagingServiceSid };
    case "sender":
      return { key: message.from, id: message.senderId ?? undefined };
  }
}
