import type { Database } from "bun:sqlite";

/** What messages are counted by; see the table `rollups` in migrations.ts. */
export type RollupKey = {
  readonly hour: number;
  readonly channel: number;
  readonly status: number;
  /** 0 for none. */
  readonly errorCode: number;
  /** "" for unknown. */
  readonly country: string;
};

/** Hourly counts, collected while a batch is recorded and written once at its end. */
export function createRollups(db: Database) {
  const upsert = db.prepare(
    `INSERT INTO rollups (hour, channel, status, error_code, country, messages) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET messages = messages + excluded.messages`,
  );
  const prune = db.prepare(
    "DELETE FROM rollups WHERE hour = ? AND channel = ? AND status = ? AND error_code = ? AND country = ? AND messages = 0",
  );
  const deltas = new Map<string, { key: RollupKey; messages: number }>();
  return {
    add(key: RollupKey, messages: number): void {
      const name = `${key.hour} ${key.channel} ${key.status} ${key.errorCode} ${key.country}`;
      const delta = deltas.get(name);
      if (delta) delta.messages += messages;
      else deltas.set(name, { key, messages });
    },
    write(): void {
      for (const { key, messages } of deltas.values()) {
        if (messages === 0) continue;
        const columns = [
          key.hour,
          key.channel,
          key.status,
          key.errorCode,
          key.country,
        ] as const;
        upsert.run(...columns, messages);
        if (messages < 0) prune.run(...columns);
      }
      deltas.clear();
    },
    forget(): void {
      deltas.clear();
    },
  };
}
