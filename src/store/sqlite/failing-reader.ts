import type { Kysely } from "kysely";
import type { FailingRecipient, FailingRequest } from "../store.ts";
import type { Schema } from "./schema.ts";

export async function failingRecipients(
  db: Kysely<Schema>,
  { errorCodes, size, olderThan }: FailingRequest,
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
  if (errorCodes !== undefined) {
    const { among, is } = errorCodes;
    query = query.where((eb) =>
      is
        ? eb("last_error_code", "in", among)
        : eb.or([
            eb("last_error_code", "is", null),
            eb("last_error_code", "not in", among),
          ]),
    );
  }
  if (olderThan !== undefined)
    query = query.where("last_failure_id", "<", olderThan);
  return query.execute();
}
