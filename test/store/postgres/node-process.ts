/** One node of a database as a process of its own, which records what it's sent. */
import { postgresEngine } from "../../../src/store/postgres/postgres-engine.ts";
import type { NewEvent, RecordOutcome } from "../../../src/store/store.ts";

export type Posted = {
  readonly id: number;
  readonly events: readonly NewEvent[];
};
/** What each event did; a text for one that was refused. */
export type Answer = {
  readonly id: number;
  readonly outcomes: readonly (RecordOutcome | { readonly refused: string })[];
};

if (import.meta.main) {
  const [url = ""] = process.argv.slice(2);
  const { store, opened } = postgresEngine(url).openForServer({
    onFault: (fault) => console.error(fault.message, fault.failure),
  });
  await opened;
  process.on("message", ({ id, events }: Posted) => {
    const recorded = events.map((event) =>
      store
        .recordEvent(event)
        .catch((error: Error) => ({ refused: error.message })),
    );
    void Promise.all(recorded).then((outcomes) =>
      process.send?.({ id, outcomes }),
    );
  });
  process.on("disconnect", () => {
    void store.close().then(() => process.exit());
  });
  process.send?.({ id: 0, outcomes: [] });
}
