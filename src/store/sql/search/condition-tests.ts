import { sql, type RawBuilder } from "kysely";
import { valueIndex, type MessageIndex } from "./message-indexes.ts";

/** One condition, ready to be put into SQL. */
export type MessageTest = {
  /** Whether it lets a row of `messages` through. */
  readonly isTrue: RawBuilder<unknown>;
  /** What has to be read to tell. */
  readonly reads: Reads;
  /** The way to the messages that it lets through, where there is one. */
  readonly index: MessageIndex | undefined;
};

/** The message alone; its tags too, which lie in the same order; an address, which lies anywhere. */
export type Reads = "message" | "tags" | "address";

/** What becomes of one condition: some let everything through, or nothing. */
export type Meaning = MessageTest | "all" | "none";

/** A condition on one column, that it has one of these values. */
export function ofValues(
  index: Parameters<typeof valueIndex>[0],
  column: string,
  values: readonly (string | number)[],
  negated: boolean,
): Meaning {
  const named = [...new Set(values)];
  if (named.length === 0) return negated ? "all" : "none";
  const isTrue = isAmong(sql.ref(`messages.${column}`), named);
  return negated
    ? rowTest(not(isTrue))
    : { isTrue, reads: "message", index: valueIndex(index, named) };
}

/** A condition that no index leads to. */
export function rowTest(
  isTrue: RawBuilder<unknown>,
  reads: Reads = "message",
): MessageTest {
  return { isTrue, reads, index: undefined };
}

/** Also of what is not known: a message without an error code has not this one. */
export function not(isTrue: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(${isTrue}) IS NOT TRUE`;
}

export function isAmong(
  column: RawBuilder<unknown>,
  values: readonly (string | number)[],
): RawBuilder<unknown> {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
}
