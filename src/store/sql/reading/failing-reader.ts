import { sql } from "kysely";
import { channelOfPlace } from "../../../twilio/status.ts";
import type { FailingRecipient, FailingRequest } from "../../store.ts";
import { isAmong } from "../search/condition-tests.ts";
import type { Db, Dialect } from "../dialect.ts";
import { reasonOfPlace } from "../tables/suppressions.ts";

export async function failingRecipients(
  db: Db,
  { verdict, size, olderThan }: FailingRequest,
): Promise<FailingRecipient[]> {
  let query = db
    .selectFrom("failing_recipients")
    .innerJoin("addresses", "addresses.id", "failing_recipients.recipient_id")
    .leftJoin("suppressions as listed", (join) =>
      join
        .onRef("listed.recipient_id", "=", "failing_recipients.recipient_id")
        .on("listed.change_id", "=", (eb) =>
          eb
            .selectFrom("suppressions")
            .whereRef(
              "suppressions.recipient_id",
              "=",
              "failing_recipients.recipient_id",
            )
            .select(({ fn }) => fn.max("change_id").as("id")),
        ),
    )
    .select([
      "failing_recipients.recipient_id as recipientId",
      "listed.reason",
      "listed.error_code as listedCode",
      "listed.channel",
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
  const rows = await query.execute();
  return rows.map(({ reason, listedCode, channel, ...row }) => ({
    ...row,
    listed:
      reason === null || channel === null
        ? null
        : {
            reason: reasonOfPlace(reason),
            errorCode: listedCode,
            channel: channelOfPlace(channel),
          },
  }));
}

/** Whether a recipient has this verdict, by the "do not send" list and the latest failure. */
function hasVerdict(
  dialect: Dialect,
  {
    is,
    sendAgainCodes,
    doNotSendCodes,
  }: NonNullable<FailingRequest["verdict"]>,
) {
  const code = sql.ref("last_error_code");
  const isListed = sql`${sql.ref("listed.reason")} IS NOT NULL`;
  // A code by which the number was on the list: it isn't any more.
  const mayHelp = sql`(${code} IS NULL OR ${isAmong(dialect, code, [
    ...sendAgainCodes,
    ...doNotSendCodes,
  ])})`;
  switch (is) {
    case "do-not-send":
      return sql<boolean>`(${isListed})`;
    case "send-again":
      return sql<boolean>`(NOT (${isListed}) AND ${mayHelp})`;
    case "fix-first":
      return sql<boolean>`(NOT (${isListed}) AND NOT ${mayHelp})`;
  }
}
