import { expect, test } from "bun:test";
import { openPool } from "../../../src/store/postgres/connection/pool.ts";
import { postgresSettings } from "../../../src/store/postgres/connection/settings.ts";
import { newPostgresDatabase } from "../../support/postgres-server.ts";

test("a pool has as many connections as were in use at once, up to its maximum, and whoever comes then waits", async () => {
  await using database = await newPostgresDatabase();
  const settings = postgresSettings(database.url);
  const pool = openPool(settings, { max: 3 });
  const watching = openPool(settings, { max: 1 });
  const count = () =>
    watching.use(async ({ query }) => {
      const [row] = await query<{ count: number }>(
        `SELECT count(*) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      return row?.count;
    });
  for (let use = 0; use < 3; use++)
    await pool.use(({ query }) => query("SELECT 1"));
  expect(await count()).toBe(1);

  const held = [await pool.reserve(), await pool.reserve()];
  expect(await count()).toBe(2);
  held.push(await pool.reserve());
  const order: string[] = [];
  const waiting = ["first", "second"].map(async (name) =>
    pool.use(async ({ query }) => {
      await query("SELECT 1");
      order.push(name);
    }),
  );
  for (const { query } of held) await query("SELECT 1");
  expect([order, await count()]).toEqual([[], 3]);
  held.pop()?.release();
  await Promise.all(waiting);
  expect([order, await count()]).toEqual([["first", "second"], 3]);

  const last = await pool.reserve();
  const later = pool.reserve().then(
    () => "connected",
    () => "refused",
  );
  for (const { release } of [...held, last]) release();
  expect(await later).toBe("connected");
  await pool.close();
  const closed = pool.reserve().then(
    () => "connected",
    () => "refused",
  );
  expect(await closed).toBe("refused");
  await watching.close();
});

test("whoever waits while a pool is closed is refused", async () => {
  await using database = await newPostgresDatabase();
  const pool = openPool(postgresSettings(database.url), { max: 1 });
  await pool.reserve();
  const waiting = pool.reserve().then(
    () => "connected",
    () => "refused",
  );
  await pool.close();
  expect(await waiting).toBe("refused");
});
