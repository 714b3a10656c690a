import { hostname } from "node:os";
import { rememberedFor } from "../../time/remembered.ts";
import { requireFew } from "../core/stored-event.ts";
import type { OnFault } from "../store-fault.ts";
import type { Store } from "../store.ts";
import type { Keeping } from "../keeping.ts";
import type { Writing } from "../writing.ts";
import type { Database } from "./connection/database.ts";
import { openPool } from "./connection/pool.ts";
import {
  KEEPER_PARAMETERS,
  startKeeper,
  type Keeper,
} from "./keeper/keeper.ts";
import { readKeeping } from "./keeper/keeping.ts";
import {
  createReceiving,
  RECEIVING_CONNECTIONS,
} from "./receiving/receiving.ts";

/** How old an answer about the keeper may be: monitoring asks often, on every node. */
const KEEPING_MS = 1_000;

export type Recording = {
  readonly recordEvent: Store["recordEvent"];
  readonly recordEvents: Store["recordEvents"];
  readonly settled: Store["settled"];
  readonly checkWritable: Store["checkWritable"];
  readonly writing: () => Writing;
  readonly keeping: () => Promise<Keeping>;
  /** Makes durable what waits, and lets another node become the keeper. */
  readonly close: () => Promise<void>;
};

/** A node's part in recording: it receives callbacks, and is the keeper when no other node is. */
export function openRecording(
  {
    settings,
    opened,
    pool,
    read,
    explain,
    guard,
  }: Pick<
    Database,
    "settings" | "opened" | "pool" | "read" | "explain" | "guard"
  >,
  { onFault }: { readonly onFault: OnFault },
): Recording {
  const receivingPool = openPool(settings, { max: RECEIVING_CONNECTIONS });
  const keeperPool = openPool(settings, {
    max: 1,
    parameters: KEEPER_PARAMETERS,
  });
  const receiving = createReceiving(receivingPool, explain);
  const keeping = opened.then(() =>
    startKeeper(keeperPool, {
      node: `${hostname()}, process ${process.pid}`,
      onFault,
    }),
  );
  let isOpened = false;
  opened.then(
    () => (isOpened = true),
    () => undefined,
  );
  let keeper: Keeper | undefined;
  keeping.then(
    (started) => {
      keeper = started;
    },
    // Whoever opened the database is told.
    () => undefined,
  );
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await receiving.close();
    await keeping.then(
      (started) => started.stop(),
      () => undefined,
    );
    await Promise.all([receivingPool.close(), keeperPool.close()]);
  };
  return {
    // At once, so that an event that comes before the end is accepted before it.
    recordEvent: (event) =>
      isOpened
        ? receiving.record(event)
        : opened.then(() => receiving.record(event)),
    async recordEvents(events) {
      requireFew(events);
      await opened;
      return receiving.recordAll(events);
    },
    settled: () => receiving.settled(() => keeper?.hurry()),
    async checkWritable() {
      guard.requireAppendable();
      await receiving.check();
    },
    writing: () => receiving.state(),
    keeping: rememberedFor(KEEPING_MS, () =>
      read(() => pool.use((each) => readKeeping(each, keeper?.holder()))),
    ),
    close: () => (closing ??= close()),
  };
}
