import type { Database } from "bun:sqlite";
import { parseForm } from "../../../twilio/form.ts";

/** Adds the pairs in the query of a message's callback URL as its tags. */
export function createMessageTags(db: Database) {
  const find = db.prepare<{ id: number }, [string, string]>(
    "SELECT id FROM tags WHERE name = ? AND value = ?",
  );
  const add = db.prepare("INSERT INTO tags (name, value) VALUES (?, ?)");
  const tag = db.prepare(
    "INSERT OR IGNORE INTO message_tags (message_id, tag_id) VALUES (?, ?)",
  );
  return {
    add(messageId: number, query: string): void {
      for (const [name, value] of parseForm(query).params) {
        const tagId =
          find.get(name, value)?.id ?? add.run(name, value).lastInsertRowid;
        tag.run(messageId, tagId);
      }
    },
  };
}
