/**
 * Measures PostgreSQL's recording without HTTP, on a durable server of its own: how many
 * callbacks per second a receiver appends, and how many events per second the keeper records,
 * by the size of its batches. `bun test/bench/postgres-recording.ts [CALLBACKS]`
 */
import {
  openPool,
  type Pool,
} from "../../src/store/postgres/connection/pool.ts";
import { postgresSettings } from "../../src/store/postgres/connection/settings.ts";
import {
  KEEPER_PARAMETERS,
  startKeeper,
} from "../../src/store/postgres/keeper/keeper.ts";
import { migrate } from "../../src/store/postgres/migrations/migrations.ts";
import {
  createReceiving,
  RECEIVING_CONNECTIONS,
} from "../../src/store/postgres/receiving/receiving.ts";
import type { NewEvent } from "../../src/store/store.ts";
import { startPostgres } from "../support/postgres-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { eventOf } from "../store/events.ts";

const CONNECTIONS = 256;
const BATCHES = [100, 500, 2_000];
const callbacks = Number(process.argv[2] ?? 20_000);

/** A sent and a delivered callback of each message; every twentieth message fails instead. */
function* traffic(messages: number): Generator<NewEvent> {
  const sids = Array.from({ length: messages }, newMessageSid);
  for (const MessageStatus of ["sent", "delivered"])
    for (const [index, MessageSid] of sids.entries()) {
      const isFailure = MessageStatus !== "sent" && index % 20 === 0;
      yield eventOf(
        {
          MessageSid,
          To: `+1415${5_550_000 + (index % 20_000)}`,
          From: `+1559${5_551_000 + (index % 50)}`,
          MessageStatus: isFailure ? "undelivered" : MessageStatus,
          ...(isFailure && { ErrorCode: "30003" }),
        },
        { receivedAt: Date.now(), query: "campaign=spring" },
      );
    }
}

async function receive(pool: Pool): Promise<number> {
  const receiving = createReceiving(pool, async (error) => error);
  const events = traffic(callbacks / 2);
  const start = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (const event of events) await receiving.record(event);
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  await receiving.close();
  return callbacks / seconds;
}

async function keep(
  url: string,
  watching: Pool,
  batchMax: number,
): Promise<number> {
  const pool = openPool(postgresSettings(url), {
    max: 1,
    parameters: KEEPER_PARAMETERS,
  });
  const start = performance.now();
  const keeper = startKeeper(pool, {
    node: "bench",
    batchMax,
    onFault: (fault) => console.error(fault.message, fault.failure),
  });
  const isWaiting = async (): Promise<boolean> => {
    const rows = await watching.use(({ query }) =>
      query("SELECT 1 FROM inbox LIMIT 1"),
    );
    return rows.length > 0;
  };
  while (await isWaiting()) await Bun.sleep(10);
  const seconds = (performance.now() - start) / 1_000;
  await keeper.stop();
  await pool.close();
  return callbacks / seconds;
}

const rate = (perSecond: number): string =>
  `${Math.round(perSecond).toLocaleString("en")}/s`;

await using server = await startPostgres({
  settings: ["fsync=on", "full_page_writes=on", "synchronous_commit=on"],
});
const url = server.urlOf("postgres");
const pool = openPool(postgresSettings(url), { max: RECEIVING_CONNECTIONS });
await migrate(pool);
for (const batchMax of BATCHES) {
  console.log(`receiver, ${CONNECTIONS} at once: ${rate(await receive(pool))}`);
  console.log(
    `keeper, batches of ${batchMax}: ${rate(await keep(url, pool, batchMax))}`,
  );
}
await pool.close();
