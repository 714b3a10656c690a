import type { Database } from "bun:sqlite";

/** The first value that a statement returns, which isn't kept: an open one would keep the connection open after its close. */
export function valueOf(db: Database, sql: string): unknown {
  using statement = db.prepare<unknown, []>(sql);
  return statement.values()[0]?.[0];
}

/** For databases of older versions, which don't have all tables. */
export function hasTable(db: Database, name: string): boolean {
  using statement = db.prepare<unknown, [string]>(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
  );
  return statement.values(name).length > 0;
}
