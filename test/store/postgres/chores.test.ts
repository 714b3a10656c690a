import { expect, test } from "bun:test";
import { join } from "node:path";
import { postgresEngine } from "../../../src/store/postgres/postgres-engine.ts";
import { StoreUnavailable } from "../../../src/store/store.ts";
import { openServerStore } from "../../support/open-store.ts";
import {
  newPostgresDatabase,
  startPostgres,
} from "../../support/postgres-server.ts";
import { until } from "../../support/until.ts";
import type { Said } from "./chore-process.ts";

const TAKEN_OVER_MS_MAX = 10_000;

test("a chore is done on one node at a time, and another goes on when it's over", async () => {
  await using database = await newPostgresDatabase();
  await using first = await openNode(database.url);
  await using second = await openNode(database.url);
  const over = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const order: string[] = [];
  const one = first.upkeep.exclusively("alerts", async () => {
    begun.resolve();
    await over.promise;
    order.push("first ends");
  });
  await begun.promise;
  const other = second.upkeep.exclusively("alerts", async () =>
    order.push("second begins"),
  );
  await second.upkeep.exclusively("digests", async () => order.push("another"));
  over.resolve();
  await Promise.all([one, other]);
  expect(order).toEqual(["another", "first ends", "second begins"]);
});

test.each(["SIGKILL", "SIGSTOP"] as const)(
  "another node takes a chore over within ten seconds of %s, and one that was stopped notices that it lost it",
  async (signal) => {
    await using database = await newPostgresDatabase();
    await using node = await openNode(database.url);
    const said: Said[] = [];
    const child = Bun.spawn(
      [
        process.execPath,
        join(import.meta.dir, "chore-process.ts"),
        database.url,
      ],
      {
        stdio: ["ignore", "inherit", "inherit"],
        ipc: (message: Said) => void said.push(message),
      },
    );
    try {
      await until(() => said.includes("has it"));
      const from = performance.now();
      child.kill(signal);
      await node.upkeep.exclusively("forwarding", async () => {
        expect(performance.now() - from).toBeLessThan(TAKEN_OVER_MS_MAX);
      });
      if (signal === "SIGKILL") return;
      child.kill("SIGCONT");
      await until(() => said.includes("lost it"));
    } finally {
      child.kill("SIGKILL");
      await child.exited;
    }
  },
);

test("a node that can't reach the database ends its chores, and says why", async () => {
  await using server = await startPostgres();
  await using node = await openNode(server.urlOf("postgres"));
  const begun = Promise.withResolvers<void>();
  const chore = node.upkeep.exclusively("forwarding", async (stopping) => {
    begun.resolve();
    await new Promise((resolve) => stopping.addEventListener("abort", resolve));
  });
  await begun.promise;
  server.signal("SIGSTOP");
  try {
    expect(await chore.catch((error: unknown) => error)).toBeInstanceOf(
      StoreUnavailable,
    );
  } finally {
    server.signal("SIGCONT");
  }
  // An attempt to connect that began before can still fail.
  await until(() =>
    node.upkeep.exclusively("forwarding", async () => true).catch(() => false),
  );
});

async function openNode(url: string) {
  const store = await openServerStore(postgresEngine(url), {
    onFault: () => undefined,
  });
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}
