import type { Transactions } from "../connection/transactions.ts";
import type { Names } from "../recording/names.ts";

/** Removes those of the noted addresses and tags that no message has any more. */
export function createUnusedNames(
  { db, onStale }: Transactions,
  { addresses }: Names,
) {
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
        for (const { address } of removeAddress.all(id))
          addresses.drop(address);
      for (const id of tagIds) removeTag.run(id);
      drop();
    },
  };
}
