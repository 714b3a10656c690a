import { sql } from "kysely";
import {
  KEEPS_FAILING_MIN,
  type FailingRecipient,
  type FailingRequest,
} from "../../store.ts";
import { isAmong } from "../search/condition-tests.ts";
import type { Db, Dialect } from "../dialect.ts";

export async function failingRecipients(
  db: Db,
  { verdict, size, olderThan }: FailingRequest,
): Promise<FailingRecipient[]> {
  let query = db
    .selectFrom("failing_recipients")
    .innerJoin("addresses", "addresses.id", "failing_recipients.recipient_id")
    .select([
      "recipient_id as recipientId",
      "addresses.address as recipient",
      "addresses.country",
      "failures",
      "messages",
      "last_error_code as lastErrorCode",
      "last_failure_at as lastFailureAt",
      "last_failure_id as lastFailureId",
    ])
    .orderBy("last_failure_id", "desc")
    .limit(size);
  if (verdict !== undefined)
    query = query.where(hasVerdict(db.dialect, verdict));
  if (olderThan !== undefined)
    query = query.where("last_failure_id", "<", olderThan);
  return query.execute();
}

/** Whether a recipient has this verdict, by the latest failure and the number of failures. */
function hasVerdict(
  dialect: Dialect,
  {
    is,
    sendAgainCodes,
    doNotSendCodes,
  }: NonNullable<FailingRequest["verdict"]>,
) {
  const code = sql.ref("last_error_code");
  const isHopeless = sql`${code} IS NOT NULL AND ${isAmong(dialect, code, doNotSendCodes)}`;
  const mayHelp = sql`(${code} IS NULL OR ${isAmong(dialect, code, sendAgainCodes)})`;
  const keepsFailing = sql`failures >= ${KEEPS_FAILING_MIN} AND failures * 2 >= messages`;
  switch (is) {
    case "do-not-send":
      return sql<boolean>`((${isHopeless}) OR (${mayHelp} AND ${keepsFailing}))`;
    case "send-again":
      return sql<boolean>`(${mayHelp} AND NOT (${keepsFailing}))`;
    case "fix-first":
      return sql<boolean>`(NOT (${isHopeless}) AND NOT ${mayHelp})`;
  }
}
