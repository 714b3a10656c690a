import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { openPool } from "../../../src/store/postgres/connection/pool.ts";
import { codeOf } from "../../../src/store/postgres/connection/postgres-errors.ts";
import { postgresSettings } from "../../../src/store/postgres/connection/settings.ts";
import {
  migrate,
  NewerSchema,
  SCHEMA_VERSION,
} from "../../../src/store/postgres/migrations/migrations.ts";
import { StoreUnusable } from "../../../src/store/store.ts";
import {
  newPostgresDatabase,
  newPostgresLedger,
} from "../../support/postgres-server.ts";
import { until } from "../../support/until.ts";

const FOLDER = new URL(
  "../../../src/store/postgres/migrations/",
  import.meta.url,
);

/** A released file keeps its hash forever. A new migration is a new file and a new line here. */
const RELEASED = {
  "01-messages.sql":
    "e598702b9daf038baa8c34d31fbe78f1184db04034ac613a05ac00683a866708",
  "02-beside-messages.sql":
    "8a7d763b92d8e99512f1ff1d140aa49b055556ac9eee1f9726e21392f8293001",
  "03-inbox-times.sql":
    "eb4ff6b53b3306db7f33e10516a181fa229da71ebd20aee79ef914c8cf6f4924",
  "04-request-windows.sql":
    "0137042bf785cdfd46c4923c14bf93f23da994a4cde95363fc133243dd2b3818",
  "05-copying.sql":
    "5374a3282398dd9ee80466eb7832d0b0a7ebe5c6144e711ccfdd7427ed505cdc",
  "06-older-nodes.sql":
    "57a3785b99a74f6ddbf23e3d7fe9f9b4116416e5f9f644372b462c1cca5834ae",
  "07-sources.sql":
    "c3ae8eda99ba228de476e27ac1c32fefb1cc86605ef0a2086ce350c14b13a276",
  "08-twilio-api.sql":
    "b4af130d2020c9ad770b21834f70ade2c88aee853cb29a7cf3afbe89f1418a0a",
  "09-detached-partitions.sql":
    "ba4640ae8c30d5e1ccafec8811a9dbd6501452e26a0322f16c7d0cea1931f5dd",
  "10-prices.sql":
    "a7fef3ff3ef510b6e9b9df471f181fd7860e3edc899886bd2d869e7cf5ecc606",
  "11-outcomes.sql":
    "972b6096e3832db9b89d499354840120cde8780f201d01acececa18cea482da3",
  "12-missed-rule.sql":
    "cb73dc2c99e9e8ff4ae1758ce11c43b2664173cd0d9f2f1600a038d6f5f531b0",
  "13-sent-at.sql":
    "ee8da8f7f66bced0971a222de38a725916e63850de92cb06e4cd266ed7588483",
  "14-found-events.sql":
    "7c05c4d4d16b62f12347b1073545a9d72bda18fa3ce814c8f8df74d99213b727",
  "15-api-messages.sql":
    "6963d82d79aef087317fd7d2a2cff05c4df118318b15a7bb99eabbfac8b04696",
  "16-costs.sql":
    "0e879e479fc1a3fcc9ee030f37175968a7c5feef95868a61b5dfab006fab1732",
  "17-saved-views.sql":
    "544869452c075057b853fdba0ba5c16b365f12a809a09a53cbe36debab6497ca",
};

test("no released migration has changed", () => {
  const files = readdirSync(FOLDER).filter((name) => /^\d\d-/.test(name));
  const hashes = files
    .toSorted()
    .map((name) => [name, sha256(readFileSync(new URL(name, FOLDER)))]);
  expect(Object.fromEntries(hashes)).toEqual(RELEASED);
});

test("of nodes that start at the same time, one creates the tables", async () => {
  await using database = await newPostgresDatabase();
  await using first = openTestPool(database.url);
  await using second = openTestPool(database.url);
  await using third = openTestPool(database.url);
  await Promise.all([first, second, third].map(({ pool }) => migrate(pool)));
  const { rows } = await run(
    first,
    "SELECT version, (SELECT count(*) FROM alert_rules) AS rules FROM smsledger_schema",
  );
  expect(rows).toEqual([{ version: SCHEMA_VERSION, rules: 12 }]);
});

test("a migration that fails changes nothing", async () => {
  await using database = await newPostgresDatabase();
  await using node = openTestPool(database.url);
  await run(
    node,
    `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS
      $$ BEGIN IF tg_tag = 'CREATE INDEX' THEN RAISE 'no index today'; END IF; END $$;
    CREATE EVENT TRIGGER refuse ON ddl_command_start EXECUTE FUNCTION refuse()`,
  );
  expect(migrate(node.pool)).rejects.toThrow("no index today");
  await run(node, "DROP EVENT TRIGGER refuse");
  const { rows } = await run(
    node,
    "SELECT count(*) AS tables FROM pg_tables WHERE schemaname = current_schema()",
  );
  expect(rows).toEqual([{ tables: 0 }]);
  await migrate(node.pool);
});

test("an upgrade doesn't wait long for a lock, as callbacks could wait behind it; it tries again", async () => {
  await using database = await newPostgresLedger();
  await using node = openTestPool(database.url);
  await run(node, "UPDATE smsledger_schema SET version = version - 1");
  await using other = openTestPool(database.url);
  const holder = await other.pool.reserve();
  await holder.query(
    "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; SELECT FROM keeper FOR UPDATE",
  );
  let told = 0;
  const migrated = migrate(node.pool, () => told++).catch(
    (error: unknown) => error,
  );
  const isWaiting = async () => {
    const { rows } = await run(
      node,
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows.length > 0;
  };
  for (const waits of [true, false, true])
    await until(async () => (await isWaiting()) === waits);
  expect(told).toBe(1);
  // The tables aren't really of an older version.
  await holder.query(
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  expect(codeOf(await migrated)).toBe("57014");
  await holder.query("COMMIT");
  holder.release();
});

test("a database of a newer version is refused", async () => {
  await using database = await newPostgresDatabase();
  await using node = openTestPool(database.url);
  await migrate(node.pool);
  await run(node, "UPDATE smsledger_schema SET version = version + 1");
  const error = await migrate(node.pool).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NewerSchema);
  expect(String(error)).toContain("written by a newer smsledger");
});

test("a database with another program's tables is refused and stays unchanged", async () => {
  await using database = await newPostgresDatabase();
  await using node = openTestPool(database.url);
  await run(node, "CREATE TABLE users (id integer)");
  const error = await migrate(node.pool).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreUnusable);
  expect(String(error)).toContain(
    '"public" of the database belongs to another program',
  );
  const { rows } = await run(
    node,
    "SELECT count(*) AS tables FROM pg_tables WHERE schemaname = 'public'",
  );
  expect(rows).toEqual([{ tables: 1 }]);
});

function openTestPool(url: string) {
  const pool = openPool(postgresSettings(url), { max: 2 });
  return { pool, [Symbol.asyncDispose]: () => pool.close() };
}

async function run({ pool }: ReturnType<typeof openTestPool>, text: string) {
  return { rows: [...(await pool.use(({ query }) => query(text)))] };
}

function sha256(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}
