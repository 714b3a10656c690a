import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";
import {
  CompiledQuery,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type SqliteDatabase,
  type SqliteDialectConfig,
} from "kysely";
import { withDialect, type Db } from "../../sql/dialect.ts";
import type { Schema } from "../../sql/schema.ts";
import { sqliteDialect } from "../dialect.ts";

/** Statements kept ready; the least recently used one makes room. */
const STATEMENTS_MAX = 100;

/** The tables of a database for `store/sql`; its transactions only read. */
export function tablesOf(database: SqliteDialectConfig["database"]): Db {
  const dialect = new SqliteDialect({ database });
  return withDialect(new Kysely({ dialect }), sqliteDialect);
}

/**
 * The same for writing. A transaction runs without a break, as SQLite answers each query at
 * once: no timer and no message comes in between.
 */
export function writableTablesOf(db: Database): {
  readonly tables: Db;
  /** Closes the connection. */
  readonly close: () => void;
} {
  const database = kyselyDatabase(db);
  const kysely = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new WritingDriver(db, database),
      createIntrospector: (own) => new SqliteIntrospector(own),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return {
    tables: withDialect(kysely, sqliteDialect),
    close: () => database.close(),
  };
}

class WritingDriver extends SqliteDriver {
  readonly #db: Database;

  constructor(db: Database, database: SqliteDatabase) {
    super({ database });
    this.#db = db;
  }

  override async beginTransaction(
    connection: DatabaseConnection,
  ): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  override async rollbackTransaction(
    connection: DatabaseConnection,
  ): Promise<void> {
    // Some errors end the transaction.
    if (this.#db.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** bun:sqlite in the shape that Kysely's dialect expects. */
export function kyselyDatabase(db: Database): SqliteDatabase {
  const statements = preparedStatements(db);
  const bindings = (parameters: readonly unknown[]): SQLQueryBindings[] =>
    parameters.map(binding);
  return {
    close() {
      statements.close();
      db.close();
    },
    prepare(sql) {
      const statement = statements.get(sql);
      return {
        reader: statement.columnNames.length > 0,
        all: (parameters) => statement.all(...bindings(parameters)),
        run: (parameters) => statement.run(...bindings(parameters)),
        iterate: (parameters) => statement.iterate(...bindings(parameters)),
      };
    },
  };
}

/** bun:sqlite keeps only the first 20 statements that it meets, and any other for just one use. */
function preparedStatements(db: Database) {
  const statements = new Map<string, Statement>();
  return {
    get(sql: string): Statement {
      const statement = statements.get(sql) ?? db.prepare(sql);
      statements.delete(sql);
      statements.set(sql, statement);
      const [oldest] = statements;
      if (oldest && statements.size > STATEMENTS_MAX) {
        statements.delete(oldest[0]);
        oldest[1].finalize();
      }
      return statement;
    },
    close(): void {
      for (const statement of statements.values()) statement.finalize();
      statements.clear();
    },
  };
}

function binding(value: unknown): SQLQueryBindings {
  if (value === null || typeof value === "string" || typeof value === "number")
    return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError("A query was given a value that SQLite does not take.");
}
