import type { Db } from "../dialect.ts";

/** Removes what is kept about messages that retention has deleted: the oldest ones. */
export async function removeWithoutMessage(db: Db): Promise<void> {
  const oldest = await db
    .selectFrom("messages")
    .select("id")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  const all = db.deleteFrom("reconciled_messages");
  await (oldest ? all.where("message_id", "<", oldest.id) : all).execute();
}
