import { CompiledQuery, sql } from "kysely";
import type { Db, Dialect, Sql } from "./dialect.ts";

type Value = string | number | Uint8Array | readonly (string | number)[];

/** Where a value is bound each time that a statement runs. */
class Slot {
  constructor(readonly name: string) {}
}

type Compiled = {
  readonly text: string;
  readonly parameters: readonly unknown[];
};

/**
 * A query that pages run again and again. Its text is built once for each engine, as
 * building it each time can cost as much as running it. `at` says where a value is bound;
 * a list is bound as `Dialect.list` does.
 */
export function statement<Values extends Readonly<Record<string, Value>>, Row>(
  build: (at: (name: keyof Values & string) => Sql, dialect: Dialect) => Sql,
): (db: Db, values: Values) => Promise<Row[]> {
  const compiled = new Map<Dialect, Compiled>();
  const compile = (db: Db): Compiled => {
    const query = build((name) => sql.val(new Slot(name)), db.dialect);
    const { sql: text, parameters } = query.compile(db);
    const known = { text, parameters };
    compiled.set(db.dialect, known);
    return known;
  };
  return async (db, values) => {
    const { dialect } = db;
    const { text, parameters } = compiled.get(dialect) ?? compile(db);
    const bound = parameters.map((parameter) => {
      if (!(parameter instanceof Slot)) return parameter;
      const value = values[parameter.name];
      return isList(value) ? dialect.list(value) : value;
    });
    const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(text, bound));
    return rows;
  };
}

function isList(
  value: Value | undefined,
): value is readonly (string | number)[] {
  return Array.isArray(value);
}
