/** One node of a database as a process of its own, which does a chore until it loses it. */
import { postgresEngine } from "../../../src/store/postgres/postgres-engine.ts";

export type Said = "has it" | "lost it";

if (import.meta.main) {
  const [url = ""] = process.argv.slice(2);
  const say = (said: Said): void => void process.send?.(said);
  const { store, opened } = postgresEngine(url).openForServer({
    onFault: (fault) => console.error(fault.message, fault.failure),
  });
  await opened;
  process.on("disconnect", () => process.exit());
  await store.upkeep
    .exclusively("forwarding", async (stopping) => {
      say("has it");
      await new Promise((resolve) =>
        stopping.addEventListener("abort", resolve),
      );
    })
    .catch(() => say("lost it"));
}
