import { expect, test } from "bun:test";
import { join } from "node:path";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import { createLog } from "../../src/log/log.ts";
import { RefusalLog } from "../../src/refusals/refusal-log.ts";
import { MADE_UP_ACCOUNT } from "../../src/simulation/made-up-account.ts";
import type { RefusalBatch, RefusalRow } from "../../src/store/refusals.ts";
import { openStore } from "../support/open-store.ts";
import { StoreUnavailable } from "../../src/store/store.ts";
import type { Stores } from "../../src/store/stores.ts";
import type { Refused } from "../../src/receiver/refusal-answer.ts";
import { UNSIGNED, WRONGLY_SIGNED } from "../../src/receiver/refusal.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { get } from "../pages/page-client.ts";
import { until } from "../support/until.ts";
import { startServer } from "../support/start-server.ts";
import { read } from "../support/settings.ts";
import { tempDir } from "../support/temp-dir.ts";
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  callbackParams,
} from "../support/twilio-client.ts";
import { AT } from "./sample-refusals.ts";

const STRANGER = `AC${"e".repeat(32)}`;
const MessageSid = `SM${"1".repeat(32)}`;
const FORGED = { authToken: "f".repeat(32) };

/** Opens a refusal log on its own store, with a stopped clock, and collects what it logs. */
async function openLog(trouble: { isAway: boolean } = { isAway: false }) {
  const folder = tempDir();
  const store = await openStore(join(folder.path, "s.db"));
  const batches: RefusalBatch[] = [];
  const clock = { now: AT };
  const stop = new AbortController();
  const log = new RefusalLog({
    store: {
      ...store,
      refusals: {
        ...store.refusals,
        add(batch) {
          batches.push(batch);
          if (trouble.isAway) throw new StoreUnavailable("It is away.");
          return store.refusals.add(batch);
        },
      },
    },
    config: read({ TWILIO_WEBHOOK_AUTH_TOKEN: `${ACCOUNT_SID}=${AUTH_TOKEN}` }),
    log: createLog("silent", "json"),
    now: () => clock.now,
    stopping: stop.signal,
  });
  return {
    log,
    store,
    batches,
    clock,
    stop,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await store.close();
      folder[Symbol.dispose]();
    },
  };
}

function refusedPost(
  AccountSid: string,
  {
    refusal = WRONGLY_SIGNED,
    address = "203.0.113.9",
    basePath = "",
    signature = "0AAAAAAAAAAAAAAAAAAAAAAAAAA=",
  }: Partial<
    Refused & Record<"address" | "basePath" | "signature", string>
  > = {},
): Refused {
  const params = Object.entries(callbackParams({ AccountSid, MessageSid }));
  return {
    channel: "sms",
    refusal,
    request: new Request(
      `http://sms.example.com${basePath}${WEBHOOK_PATHS.sms}`,
      {
        method: "POST",
        headers: { "x-twilio-signature": signature, host: "sms.example.com" },
      },
    ),
    peer: () => address,
    posted: { params, bodyBytes: 300 },
  };
}

async function all(store: Stores): Promise<readonly RefusalRow[]> {
  return store.refusals.list({ size: 1_000, since: 0 });
}

function timesOf(rows: readonly RefusalRow[]): number {
  return rows.reduce((sum, { times }) => sum + times, 0);
}

test("of ten thousand wrong signatures, five per second are examined, in one write; the others are counted", async () => {
  await using opened = await openLog();
  const { log, store, batches } = opened;
  for (let round = 1; round <= 2; round++) {
    for (let count = 0; count < 10_000; count++)
      log.note(refusedPost(ACCOUNT_SID));
    await until(async () => {
      expect(await store.refusals.unlistedSince(0)).toBe(round * 9_995);
    });
    expect((await all(store)).map(({ times }) => times)).toEqual([5 * round]);
    expect(batches).toHaveLength(round);
  }
});

test("a flood by strangers leaves room for the team's own refusals, of every kind", async () => {
  await using opened = await openLog();
  const { log, store } = opened;
  for (let count = 0; count < 1_000; count++) log.note(refusedPost(STRANGER));
  for (let count = 0; count < 1_000; count++)
    log.note(refusedPost(ACCOUNT_SID));
  log.note(refusedPost(ACCOUNT_SID, { refusal: UNSIGNED }));
  await until(async () => {
    const rows = await all(store);
    expect(timesOf(rows)).toBe(5);
    expect(
      new Set(rows.map(({ standing, check }) => `${standing} ${check}`)),
    ).toEqual(
      new Set([
        "known signature",
        "known signature-missing",
        "strange signature",
      ]),
    );
  });
});

test("a different refusal in an endless burst is soon examined", async () => {
  await using opened = await openLog();
  const { log, store } = opened;
  const burst = () => {
    for (let count = 0; count < 1_000; count++)
      log.note(refusedPost(ACCOUNT_SID));
  };
  burst();
  log.note(refusedPost(ACCOUNT_SID, { basePath: "/other" }));
  log.note(refusedPost(STRANGER, { basePath: "/other" }));
  await until(async () => {
    burst();
    const found = (await all(store)).map(
      ({ standing, path }) => `${standing} ${path}`,
    );
    expect(found.toSorted()).toEqual(
      [
        `known ${WEBHOOK_PATHS.sms}`,
        `known /other${WEBHOOK_PATHS.sms}`,
        `strange /other${WEBHOOK_PATHS.sms}`,
      ].toSorted(),
    );
  });
});

test("the banner counts every refusal that needs action, including unexamined ones; once marked as seen they stay seen", async () => {
  await using opened = await openLog();
  const { log, store } = opened;
  for (let count = 0; count < 10_000; count++)
    log.note(refusedPost(ACCOUNT_SID));
  for (let count = 0; count < 1_000; count++) log.note(refusedPost(STRANGER));
  await until(() => expect(log.fixableLately()).toBe(10_000));
  log.note(refusedPost(ACCOUNT_SID, { basePath: "/other" }));
  await log.markSeen({ actor: "ana", address: null });
  await until(async () => {
    const paths = (await all(store)).map(({ path }) => path);
    expect(paths).toContain(`/other${WEBHOOK_PATHS.sms}`);
  });
  expect(log.fixableLately()).toBe(0);
});

test("a clock that is corrected after running ahead leaves no permanent banner and hides no new refusal", async () => {
  await using opened = await openLog();
  const { log, store, clock } = opened;
  const right = clock.now;
  clock.now += 700 * 24 * 3_600_000;
  log.note(refusedPost(ACCOUNT_SID));
  await until(async () => expect(await all(store)).toHaveLength(1));
  clock.now = right;
  expect(log.fixableLately()).toBe(0);
  clock.now += 700 * 24 * 3_600_000;
  await log.markSeen({ actor: "ana", address: null });
  clock.now = right;
  log.note(refusedPost(ACCOUNT_SID));
  await until(() => expect(log.fixableLately()).toBe(1));
  await until(async () => {
    const times = (await all(store)).map(({ lastAt }) => lastAt);
    expect(times).toContain(right);
  });
});

test("if an account turns out to be the team's, its refusals count from the first on", async () => {
  await using opened = await openLog();
  const { log } = opened;
  // Its token is one of yours, but bound to another account.
  const signature = getExpectedTwilioSignature(
    AUTH_TOKEN,
    `http://sms.example.com${WEBHOOK_PATHS.sms}`,
    callbackParams({ AccountSid: STRANGER, MessageSid }),
  );
  for (let count = 0; count < 500; count++)
    log.note(refusedPost(STRANGER, { signature }));
  expect(log.fixableLately()).toBe(0);
  await until(() => expect(log.fixableLately()).toBe(500));
});

test("refusals that can't be written wait, in bounded memory, and are written when the server stops", async () => {
  const trouble = { isAway: true };
  await using opened = await openLog(trouble);
  const { log, store, batches, stop } = opened;
  for (let index = 0; index < 60; index++)
    log.note(
      refusedPost(ACCOUNT_SID, {
        refusal: UNSIGNED,
        address: `10.0.0.${index}`,
      }),
    );
  await until(() => expect(batches).toHaveLength(1));
  expect(log.fixableLately()).toBe(60);
  trouble.isAway = false;
  stop.abort();
  await until(async () => {
    const rows = await all(store);
    expect(rows).toHaveLength(5);
    expect(timesOf(rows) + (await store.refusals.unlistedSince(0))).toBe(60);
  });
  expect(batches).toHaveLength(2);
});

test("a flood of forged posts is answered as usual and counted in full, and a callback in it is recorded", async () => {
  await using server = await startServer();
  expect((await server.twilio.post()).status).toBe(200);
  const started = performance.now();
  for (let round = 0; round < 50; round++) {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        server.twilio.post({ AccountSid: STRANGER }, FORGED),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([403]),
    );
    expect(await answers[0]?.json()).toEqual({
      success: false,
      error:
        "No configured auth token produces this signature for this address.",
    });
  }
  expect((await server.twilio.post()).status).toBe(200);
  const seconds = Math.ceil((performance.now() - started) / 1_000) + 1;
  await until(async () => {
    const looked = timesOf(await all(server.store));
    const unlisted = await server.store.refusals.unlistedSince(0);
    expect(looked + unlisted).toBe(2_000);
    expect(looked).toBeLessThanOrEqual(5 * seconds);
  });
  const page = await get(`${server.origin}/refusals`);
  expect(page.text).toMatch(
    /And 1,9\d\d more since .* UTC, which were counted but not examined/,
  );
});

test("after a restart, the banner is there at once, and seen refusals stay seen", async () => {
  using folder = tempDir();
  const env = { DATABASE_URL: join(folder.path, "smsledger.db") };
  {
    await using server = await startServer(env);
    await server.twilio.post({}, FORGED);
    // It stops before anything is written.
  }
  {
    await using server = await startServer(env);
    const overview = await get(`${server.origin}/`);
    expect(overview.text).toContain("1 callback was refused in the last hour");
    const seen = await fetch(`${server.origin}/refusals/seen`, {
      method: "POST",
      headers: { origin: server.origin },
      redirect: "manual",
    });
    expect([seen.status, seen.headers.get("location")]).toEqual([
      303,
      "/refusals",
    ]);
    expect((await get(`${server.origin}/`)).text).not.toContain(
      "refused in the last hour",
    );
    const [entry] = await server.store.audit.list({ size: 1 });
    expect(entry?.action).toBe("marked the refusals as seen");
  }
  await using server = await startServer(env);
  expect((await get(`${server.origin}/`)).text).not.toContain(
    "refused in the last hour",
  );
  await server.twilio.post({}, FORGED);
  await until(async () => {
    expect((await get(`${server.origin}/`)).text).toContain(
      "1 callback was refused in the last hour",
    );
  });
});

test("the banner disappears an hour after the last one", async () => {
  const clock = { now: AT };
  await using server = await startServer({}, () => clock.now);
  await server.twilio.post({}, FORGED);
  const isThere = async () =>
    (await get(`${server.origin}/messages`)).text.includes(
      "refused in the last hour",
    );
  await until(async () => expect(await isThere()).toBe(true));
  clock.now += 59 * 60_000;
  expect(await isThere()).toBe(true);
  clock.now += 60_000;
  expect(await isThere()).toBe(false);
});

test("noise alone shows no banner", async () => {
  await using server = await startServer();
  await server.twilio.post();
  await server.twilio.post({ AccountSid: STRANGER }, FORGED);
  await fetch(server.origin + WEBHOOK_PATHS.sms, { method: "POST" });
  await until(async () => expect(timesOf(await all(server.store))).toBe(2));
  expect((await get(`${server.origin}/`)).text).not.toContain(
    "refused in the last hour",
  );
});

test("after a trial with made-up callbacks, a real account's first refusals still show a banner", async () => {
  await using server = await startServer();
  await server.twilio.post({ AccountSid: MADE_UP_ACCOUNT });
  await server.twilio.post({}, FORGED);
  await until(async () =>
    expect((await get(`${server.origin}/`)).text).toContain(
      "refused in the last hour",
    ),
  );
});
