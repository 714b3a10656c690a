import type { Transactions } from "../connection/transactions.ts";
import type { Names } from "../recording/names.ts";

/** What is stored about a recipient beside messages; it goes with the address. */
const ABOUT_RECIPIENTS = [
  "suppressions",
  "suppression_clearings",
  "suppression_changes",
];

/** Returns a function that deletes what is stored about a recipient beside messages. */
export function createRecipientRemoval({
  db,
}: Pick<Transactions, "db">): (recipientId: number) => void {
  const removals = ABOUT_RECIPIENTS.map((table) =>
    db.prepare<unknown, [number]>(
      `DELETE FROM ${table} WHERE recipient_id = ?`,
    ),
  );
  return (recipientId) => {
    for (const removal of removals) removal.run(recipientId);
  };
}

/** Removes those of the noted addresses and tags that no message has any more. */
export function createUnusedNames(
  transactions: Transactions,
  { addresses }: Names,
) {
  const { db, onStale } = transactions;
  const removeAbout = createRecipientRemoval(transactions);
  const removeAddress = db.prepare<{ address: string }, [number]>(
    `DELETE FROM addresses WHERE id = ?1
       AND NOT EXISTS (SELECT 1 FROM messages WHERE to_id = ?1)
       AND NOT EXISTS (SELECT 1 FROM messages WHERE from_id = ?1)
       AND NOT EXISTS (SELECT 1 FROM event_addresses WHERE address_id = ?1)
       RETURNING address`,
  );
  const removeTag = db.prepare<unknown, [number]>(
    `DELETE FROM tags WHERE id = ?1
       AND NOT EXISTS (SELECT 1 FROM message_tags WHERE tag_id = ?1)`,
  );
  const addressIds = new Set<number>();
  const tagIds = new Set<number>();
  const drop = (): void => {
    addressIds.clear();
    tagIds.clear();
  };
  onStale(drop);
  return {
    noteAddress: (id: number) => void addressIds.add(id),
    noteTag: (id: number) => void tagIds.add(id),
    /** Call this when what referred to them has been deleted. */
    remove(): void {
      for (const id of addressIds)
        for (const { address } of removeAddress.all(id)) {
          addresses.drop(address);
          removeAbout(id);
        }
      for (const id of tagIds) removeTag.run(id);
      drop();
    },
  };
}
