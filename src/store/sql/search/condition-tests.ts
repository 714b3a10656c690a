import { sql } from "kysely";
import type { Dialect, Sql } from "../dialect.ts";
import { valueIndex, type MessageIndex } from "./message-indexes.ts";

/** One condition as SQL. */
export type MessageTest = {
  /** Whether it lets a row of `messages` through. */
  readonly isTrue: Sql;
  /** The index of the messages that it lets through, where there is one. */
  readonly index: MessageIndex | undefined;
};

/** One condition translated: some let everything through, or nothing. */
export type Meaning = MessageTest | "all" | "none";

/** A condition on one column, that it has one of these values. */
export function ofValues(
  dialect: Dialect,
  index: Parameters<typeof valueIndex>[1],
  column: string,
  values: readonly (string | number)[],
  negated: boolean,
): Meaning {
  const named = [...new Set(values)];
  if (named.length === 0) return negated ? "all" : "none";
  const isTrue = isAmong(dialect, sql.ref(`messages.${column}`), named);
  return negated
    ? rowTest(not(isTrue))
    : { isTrue, index: valueIndex(dialect, index, named) };
}

/** A condition that has no index. */
export function rowTest(isTrue: Sql): MessageTest {
  return { isTrue, index: undefined };
}

/** True of unknown values too: a message without an error code doesn't have this one. */
export function not(isTrue: Sql): Sql {
  return sql`(${isTrue}) IS NOT TRUE`;
}

export function isAmong(
  { among, list }: Dialect,
  column: Sql,
  values: readonly (string | number)[],
): Sql {
  return among(column, list(values));
}
