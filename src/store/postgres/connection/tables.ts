import {
  CompiledQuery,
  Kysely,
  type DatabaseConnection,
  type Driver,
} from "kysely";
import {
  PostgresJSDialect,
  PostgresJSDriver,
  type PostgresJSReservedSql,
  type PostgresJSSql,
} from "kysely-postgres-js";
import { withDialect, type Db } from "../../sql/dialect.ts";
import type { Schema } from "../../sql/schema.ts";
import { postgresDialect } from "../dialect.ts";
import { commitOutcome } from "./commit-outcome.ts";
import type { Connection, Pool } from "./pool.ts";
import { codeOf } from "./postgres-errors.ts";
import { restored, storable } from "./storable.ts";
import { beginWriting } from "./writing.ts";

/** The tables of a database for `store/sql`; its transactions only read. */
export function tablesOf(pool: Pool): Db {
  return tablesBy(pool, () => new PoolDriver(pool));
}

/** The same for writing: transactions run one by one, on all nodes together, as on SQLite. */
export function writableTablesOf(pool: Pool): Db {
  return tablesBy(pool, () => new WritingDriver(pool));
}

function tablesBy(pool: Pool, createDriver: () => Driver): Db {
  const dialect = new PostgresJSDialect({ postgres: () => sqlOf(pool) });
  const kysely = new Kysely<Schema>({
    dialect: {
      createAdapter: () => dialect.createAdapter(),
      createDriver,
      createIntrospector: (db) => dialect.createIntrospector(db),
      createQueryCompiler: () => dialect.createQueryCompiler(),
    },
  });
  return withDialect(kysely, postgresDialect);
}

class PoolDriver extends PostgresJSDriver {
  constructor(pool: Pool) {
    super({ postgres: () => sqlOf(pool) });
  }

  override async rollbackTransaction(
    connection: DatabaseConnection,
  ): Promise<void> {
    // The end of a connection undoes its transaction too, and the first error says why.
    await connection
      .executeQuery(CompiledQuery.raw("rollback"))
      .catch(() => undefined);
  }
}

class WritingDriver extends PoolDriver {
  readonly #pool: Pool;
  readonly #transactions = new WeakMap<DatabaseConnection, string>();

  constructor(pool: Pool) {
    super(pool);
    this.#pool = pool;
  }

  override async beginTransaction(
    connection: DatabaseConnection,
  ): Promise<void> {
    const id = await beginWriting(
      async (text) =>
        (await connection.executeQuery<never>(CompiledQuery.raw(text))).rows,
    );
    this.#transactions.set(connection, id);
  }

  override async commitTransaction(
    connection: DatabaseConnection,
  ): Promise<void> {
    try {
      await super.commitTransaction(connection);
    } catch (error) {
      const id = this.#transactions.get(connection);
      if (id === undefined || codeOf(error) === undefined) throw error;
      const outcome = await commitOutcome(this.#pool, id, error);
      if (outcome !== "committed") throw outcome;
    }
  }
}

/** A pool in the shape that Kysely's dialect expects. */
function sqlOf(pool: Pool): PostgresJSSql {
  return {
    options: { adapter: "postgres" },
    // Whoever opened the pool closes it.
    end: async () => undefined,
    reserve: async () => reservedOf(await pool.reserve()),
  };
}

function reservedOf({ query, release }: Connection): PostgresJSReservedSql {
  const run = async (text: string, parameters: readonly unknown[]) => {
    const rows = await query(
      text,
      parameters.map((each) =>
        typeof each === "string" ? storable(each) : each,
      ),
    );
    for (const row of rows)
      for (const [name, value] of Object.entries(row))
        if (typeof value === "string") row[name] = restored(value);
    return Object.assign([...rows], {
      command: rows.command ?? "",
      count: rows.count,
    });
  };
  return {
    release,
    unsafe: (text, parameters = []) =>
      Object.assign(run(text, parameters), { cancel: () => undefined }),
  };
}
