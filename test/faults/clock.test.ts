import { expect, test } from "bun:test";
import { join } from "node:path";
import { openStore } from "../support/open-store.ts";
import { eventOf } from "../store/events.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { twilioClient } from "../support/twilio-client.ts";
import { canCompile, compileLibrary } from "./preloaded.ts";
import { startProcess } from "./server-process.ts";
import { messagesIn } from "../support/rows.ts";

const DAY_MS = 86_400_000;
const TWO_YEARS_S = 2 * 365 * 86_400;

type Store = Awaited<ReturnType<typeof openStore>>;

const open = (file: string): Promise<Store> => openStore(file);

async function withStore<T>(
  file: string,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await open(file);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/**
 * Runs the real server with this clock until its settings show what retention did, then
 * posts a callback.
 */
async function serve(
  file: string,
  library: string,
  aheadSeconds: number,
  did: string,
) {
  const today = new Date(Date.now() + aheadSeconds * 1_000)
    .toISOString()
    .slice(0, 10);
  const said = new RegExp(
    `${did}(?:</b>)? <time class="ago" datetime="${today}`,
  );
  const server = await startProcess(file, {
    RETENTION_DAYS: "10",
    LD_PRELOAD: library,
    CLOCK_AHEAD_SECONDS: String(aheadSeconds),
  });
  const settings = async (): Promise<string> =>
    (await fetch(`${server.origin}/settings`)).text();
  try {
    await until(async () => said.test(await settings()));
    const posted = await twilioClient(server.origin).post();
    expect(posted.status).toBe(200);
    const ready = await (await fetch(`${server.origin}/readyz`)).json();
    return { text: await settings(), ready: Object(ready) };
  } finally {
    await server.kill();
  }
}

test.skipIf(!canCompile)(
  "a server started two years ahead deletes nothing, even if started that way again or once the clock is right",
  async () => {
    using folder = tempDir();
    const file = join(folder.path, "smsledger.db");
    const library = compileLibrary("wrong-clock.c", folder.path);
    await withStore(file, async (store) => {
      for (const age of [8, 5, 0])
        await store.recordEvent(
          eventOf({}, { receivedAt: Date.now() - age * DAY_MS }),
        );
    });
    const ahead = await serve(file, library, TWO_YEARS_S, "Paused");
    expect(ahead.text).toContain("730 d after the latest event");
    // Now the latest event is as far ahead as the clock.
    await serve(file, library, TWO_YEARS_S, "Last done");
    const right = await serve(file, library, 0, "Last done");
    expect(Date.parse(right.ready.lastCallbackAt)).toBeLessThanOrEqual(
      Date.now(),
    );
    const messages = await withStore(file, (store) => messagesIn(store));
    expect(messages).toHaveLength(6);
  },
  120_000,
);
