import { expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import type { MessageFilter } from "../../../src/store/filter.ts";
import type {
  MessagePage,
  MessageRow,
  PageRequest,
  Store,
} from "../../../src/store/store.ts";
import { arbitraryEvents, arbitraryFilter } from "../arbitrary-filters.ts";
import { filtered } from "../filter-evaluator.ts";
import { messagesIn } from "../../support/rows.ts";
import { storeContract } from "../contract.ts";

storeContract((openStore, runs) => {
  test("pages of any filter have exactly its matches, in order, however little one request may read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 2, 5, undefined),
        arbitraryEvents,
        fc.array(fc.tuple(arbitraryFilter, fc.integer({ min: 1, max: 40 })), {
          minLength: 20,
          maxLength: 20,
        }),
        async (stretch, events, lists) => {
          await using opened = await openStore(
            stretch === undefined ? {} : { stretch, fillMs: 0 },
          );
          const { store } = opened;
          await Promise.all(events.map((event) => store.recordEvent(event)));
          const all = (await messagesIn(store)).toReversed();
          for (const [filter, size] of lists) {
            const found = filtered(all, filter);
            const list = { store, filter, size, all };
            expect([filter, await pagedOlder(list)]).toEqual([filter, found]);
            expect([filter, await pagedNewer(list)]).toEqual([filter, found]);
            await expectCounts(list, found);
            expect(await messagesIn(store, filter)).toEqual(found.toReversed());
            const newestFirst = store.everyMessageNewestFirst(filter);
            expect((await Array.fromAsync(newestFirst)).flat()).toEqual(found);
          }
        },
      ),
      { numRuns: runs(15) },
    );
  });
});

type List = {
  readonly store: Store;
  readonly filter: MessageFilter;
  readonly size: number;
  readonly all: readonly MessageRow[];
};

/** Resolves to everything found from the newest on, and checks it again on the way back. */
async function pagedOlder(list: List): Promise<MessageRow[]> {
  const found: MessageRow[] = [];
  let page = await pageOf(list, {});
  expect(page.newer).toBeUndefined();
  found.push(...page.messages);
  while (page.older !== undefined) {
    const olderThan = page.older;
    page = await pageOf(list, { olderThan });
    expect(page.older ?? 0).toBeLessThan(olderThan);
    found.push(...page.messages);
  }
  expect(await pagedNewer(list, page)).toEqual(found);
  return found;
}

/**
 * Resolves to the messages from `from` on, by default from the oldest, through all newer pages.
 */
async function pagedNewer(
  list: List,
  from: Pick<MessagePage, "messages" | "newer"> = { messages: [], newer: 0 },
): Promise<MessageRow[]> {
  const found = [...from.messages];
  let newerThan = from.newer;
  while (newerThan !== undefined) {
    const page = await pageOf(list, { newerThan });
    expect(page.newer ?? Infinity).toBeGreaterThan(newerThan);
    found.unshift(...page.messages);
    newerThan = page.newer;
  }
  return found;
}

async function pageOf(
  { store, filter, size, all }: List,
  cursor: Omit<PageRequest, "size">,
): Promise<MessagePage> {
  const page = await store.listMessages(filter, { size, ...cursor });
  expect(page.messages.length).toBeLessThanOrEqual(size);
  const goesOn = cursor.newerThan === undefined ? page.older : page.newer;
  const isCutShort = page.messages.length < size && goesOn !== undefined;
  if (!isCutShort) return page;
  // The ID that it resolved to belongs to a message.
  const last = all.find((message) => message.id === goesOn);
  expect(page.lookedBackTo).toBe(last?.firstEventAt);
  return page;
}

async function expectCounts(
  { store, filter, size, all }: List,
  found: readonly MessageRow[],
): Promise<void> {
  for (const newerThan of [undefined, all[10]?.id ?? 0]) {
    const newer = found.filter(({ id }) => id > (newerThan ?? 0));
    const { count, isMore } = await store.countMessages(filter, newerThan);
    if (isMore) expect(count).toBeLessThanOrEqual(newer.length);
    else expect(count).toBe(newer.length);
  }
  expect(await store.listAndCount(filter, size)).toEqual({
    page: await store.listMessages(filter, { size }),
    count: await store.countMessages(filter),
  });
}
