import type { Item } from "../store/outbox.ts";
import type {
  SuppressionChange,
  SuppressionStore,
} from "../store/suppressions.ts";

/** Changes that are read at a time. */
const READ_MAX = 25;
/** How often to check for changes. */
const CHECK_EVERY_MS = 300;

export type ChangeFeedDeps = {
  readonly elapsed: () => number;
  readonly suppressions: Pick<SuppressionStore, "changesAfterId">;
  readonly isWanted: (change: SuppressionChange) => Promise<boolean>;
  /** Writes down what is to be sent, together with how far the feed has been read. */
  readonly take: (items: readonly Item[], cursor: number) => void;
};

/**
 * Reads the changes of the "do not send" list for one endpoint. They are few, so each becomes a
 * delivery at once: sending, order and retries are those of deliveries.
 */
export class ChangeFeed {
  readonly #deps: ChangeFeedDeps;
  #cursor: number;
  #isReading = false;
  #checkedAt = -Infinity;

  constructor(deps: ChangeFeedDeps, cursor: number) {
    this.#deps = deps;
    this.#cursor = cursor;
  }

  async refill(): Promise<void> {
    const { suppressions, isWanted, take, elapsed } = this.#deps;
    const isChecked = elapsed() - this.#checkedAt < CHECK_EVERY_MS;
    if (this.#isReading || isChecked) return;
    this.#isReading = true;
    try {
      const changes = await suppressions.changesAfterId(this.#cursor, READ_MAX);
      if (changes.length < READ_MAX) this.#checkedAt = elapsed();
      const last = changes.at(-1);
      if (last === undefined) return;
      const items: Item[] = [];
      for (const change of changes)
        if (await isWanted(change))
          items.push({ feed: "suppressions", id: change.id });
      this.#cursor = last.id;
      take(items, last.id);
    } finally {
      this.#isReading = false;
    }
  }
}
