/**
 * Measures PostgreSQL's recording without HTTP, on a durable server of its own: how many
 * callbacks per second a receiver appends, and how many events per second the keeper records,
 * by the size of its batches. `bun test/bench/postgres-recording.ts [CALLBACKS]`
 */
import { readFileSync } from "node:fs";
import { openPool } from "../../src/store/postgres/connection/pool.ts";
import { postgresSettings } from "../../src/store/postgres/connection/settings.ts";
import {
  KEEPER_PARAMETERS,
  startKeeper,
  type Keeper,
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
/** The unit of /proc: a hundredth of a second. */
const US_PER_TICK = 10_000;
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

/** Processor time that the server's processes have used, in microseconds. */
async function serverTime(): Promise<number> {
  const processes = await pool.use(({ query }) =>
    query<{ pid: number }>("SELECT pid FROM pg_stat_activity"),
  );
  const ticks = processes.map(({ pid }) => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // After the name, which can contain anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, each) => sum + each, 0) * US_PER_TICK;
}

/** Prints how fast some work on all callbacks is, and what it costs here and on the server. */
async function measure(name: string, work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  const here = process.cpuUsage();
  const there = await serverTime();
  await work();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(here);
  const onServer = (await serverTime()) - there;
  const each = (us: number): string => `${Math.round(us / callbacks)} µs`;
  console.log(
    `${name}: ${Math.round(callbacks / seconds).toLocaleString("en")}/s; processor time for each: node ${each(user + system)}, server ${each(onServer)}`,
  );
}

async function receive(): Promise<void> {
  const receiving = createReceiving(pool, async (error) => error);
  const events = [...traffic(callbacks / 2)].values();
  await measure(`receiver, ${CONNECTIONS} at once`, async () => {
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        for (const event of events) await receiving.record(event);
      }),
    );
  });
  await receiving.close();
}

async function keep(batchMax: number): Promise<void> {
  const own = openPool(postgresSettings(url), {
    max: 1,
    parameters: KEEPER_PARAMETERS,
  });
  await own.use(({ query }) => query("SELECT 1"));
  const isWaiting = async (): Promise<boolean> => {
    const rows = await pool.use(({ query }) =>
      query("SELECT 1 FROM inbox LIMIT 1"),
    );
    return rows.length > 0;
  };
  let keeper: Keeper | undefined;
  await measure(`keeper, batches of ${batchMax}`, async () => {
    keeper = startKeeper(own, {
      node: "bench",
      batchMax,
      onFault: (fault) => console.error(fault.message, fault.failure),
    });
    while (await isWaiting()) await Bun.sleep(20);
  });
  await keeper?.stop();
  await own.close();
}

await using server = await startPostgres({
  settings: ["fsync=on", "full_page_writes=on", "synchronous_commit=on"],
});
const url = server.urlOf("postgres");
const pool = openPool(postgresSettings(url), { max: RECEIVING_CONNECTIONS });
await migrate(pool);
for (const batchMax of BATCHES) {
  await receive();
  await keep(batchMax);
}
await pool.close();
