import type { Database } from "bun:sqlite";
import type { Names } from "../recording/names.ts";

/** Removes addresses and tags that no message has any more; which to look at is noted before. */
export function createUnusedNames(db: Database, addresses: Names["addresses"]) {
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
  const forget = (): void => {
    addressIds.clear();
    tagIds.clear();
  };
  return {
    noteAddress: (id: number) => void addressIds.add(id),
    noteTag: (id: number) => void tagIds.add(id),
    /** To be called when nothing refers to them any more that is about to go. */
    remove(): void {
      for (const id of addressIds)
        for (const { address } of removeAddress.all(id))
          addresses.drop(address);
      for (const id of tagIds) removeTag.run(id);
      forget();
    },
    /** To be called when the transaction is rolled back. */
    forget,
  };
}
