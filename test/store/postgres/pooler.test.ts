import { expect, test } from "bun:test";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../../src/store/postgres/connection/database.ts";
import { StoreUnusable } from "../../../src/store/store.ts";
import { freePort } from "../../support/free-port.ts";
import {
  startPostgres,
  unprivilegedUser,
} from "../../support/postgres-server.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { until } from "../../support/until.ts";

test.each([
  ["refuses the settings of connections", ""],
  [
    "drops them",
    "ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout,synchronous_commit,jit",
  ],
])("a pooler that %s is refused with the reason", async (_, setting) => {
  await using server = await startPostgres();
  using folder = tempDir();
  const port = freePort();
  const file = join(folder.path, "pgbouncer.ini");
  await Bun.write(
    file,
    `[databases]
    * = host=${server.folder} user=postgres
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = ${port}
    unix_socket_dir =
    auth_type = any
    pool_mode = transaction
    ${setting}\n`.replaceAll(/^ +/gm, ""),
  );
  const user = unprivilegedUser();
  if (user)
    for (const path of [folder.path, file]) chownSync(path, user.uid, user.gid);
  await using _pooler = Bun.spawn(
    [...(user?.command ?? []), "pgbouncer", "-q", file],
    { stdout: "ignore", stderr: "ignore" },
  );
  const error = await until(() => failure(port));
  expect(error).toBeInstanceOf(StoreUnusable);
  expect(String(error)).toContain("a pooler in between, such as PgBouncer");
});

/** What opening fails with once the pooler runs. */
async function failure(port: number): Promise<unknown> {
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const database = openDatabase(url, { mayCreate: true });
  try {
    await database.opened;
    return undefined;
  } catch (error) {
    return String(error).includes("nothing answers") ? false : error;
  } finally {
    await database.close();
  }
}
