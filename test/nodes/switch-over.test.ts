import { expect, test } from "bun:test";
import { join } from "node:path";
import { ask } from "../api/api-server.ts";
import { PROGRAM, run } from "../cli/program.ts";
import { startProcess } from "../faults/server-process.ts";
import { newPostgresDatabase } from "../support/postgres-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import {
  ACCOUNT_SID,
  newMessageSid,
  twilioClient,
} from "../support/twilio-client.ts";
import { until } from "../support/until.ts";

const OTHER_ACCOUNT = `AC${"b".repeat(32)}`;
const OLD_MESSAGES = 300;

/** Starts a server that ends with the test. */
async function startServer(databaseUrl: string) {
  const server = await startProcess(databaseUrl);
  return { ...server, [Symbol.asyncDispose]: () => server.kill() };
}

/** Starts a copy; `said` is what it has told people. */
function startCopy(from: string, to: string) {
  const child = Bun.spawn([...PROGRAM, "copy", "--from", from, "--to", to], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr)
      said += decoder.decode(chunk, { stream: true });
  })();
  return {
    said: () => said,
    [Symbol.asyncDispose]: async () => child.kill("SIGKILL"),
    ended: async () => ({
      status: await child.exited,
      stdout: await new Response(child.stdout).text(),
    }),
  };
}

/** Every event that the API gives after a cursor, as SID and type. */
async function feedAfter(origin: string, token: string, cursor: string) {
  const events: string[] = [];
  for (let next = cursor; ;) {
    const { status, body } = await ask(
      origin,
      `/events?limit=500&cursor=${next}`,
      token,
    );
    expect(status).toBe(200);
    if (body.data.length === 0) return { events, next };
    for (const { messageSid, type } of body.data)
      events.push(`${messageSid} ${type}`);
    next = body.nextCursor;
  }
}

test("a new server receives while the old one's ledger is copied, and nothing is lost or different", async () => {
  using folder = tempDir();
  await using database = await newPostgresDatabase();
  const file = join(folder.path, "smsledger.db");
  await using old = await startServer(file);
  const made = await run(PROGRAM, ["token", "add", "crm"], {
    env: { DATABASE_URL: file },
  });
  const token = made.stdout.trim();
  const post = async (
    origin: string,
    params: Record<string, string>,
  ): Promise<number> => {
    const answer = await twilioClient(origin).post(params);
    expect(answer.status).toBe(200);
    return (await answer.json()).processed;
  };
  const sids = Array.from({ length: OLD_MESSAGES }, newMessageSid);
  const [first = "", second = "", third = ""] = sids;
  const without = newMessageSid();
  await Promise.all([
    ...sids.map((MessageSid) =>
      post(old.origin, { MessageSid, MessageStatus: "sent" }),
    ),
    post(old.origin, { MessageSid: without, AccountSid: "" }),
  ]);
  const { next: cursor } = await feedAfter(old.origin, token, "");

  await using copy = startCopy(file, database.url);
  await until(() => expect(copy.said()).toContain("Ready to switch over"));
  // What the first part of the copy doesn't have.
  const late = newMessageSid();
  await post(old.origin, { MessageSid: first, MessageStatus: "delivered" });
  await post(old.origin, { MessageSid: late, MessageStatus: "sent" });

  await using node = await startServer(database.url);
  expect((await fetch(`${node.origin}/readyz`)).status).toBe(200);
  const page = await fetch(`${node.origin}/messages`);
  expect(page.status).toBe(503);
  expect(await page.text()).toContain("still being copied");
  // Another account's comes first, and must not keep the message's own away.
  const meanwhile = newMessageSid();
  for (const params of [
    { MessageSid: second, MessageStatus: "failed", AccountSid: OTHER_ACCOUNT },
    { MessageSid: second, MessageStatus: "delivered" },
    { MessageSid: first, MessageStatus: "delivered" },
    { MessageSid: late, MessageStatus: "sent", ErrorCode: "30003" },
    { MessageSid: without, AccountSid: OTHER_ACCOUNT },
    { MessageSid: meanwhile, MessageStatus: "delivered" },
  ])
    await post(node.origin, params);
  // The old server's last one.
  await post(old.origin, { MessageSid: third, MessageStatus: "delivered" });
  expect(await old.stop()).toBe(0);
  const ended = await copy.ended();
  expect(ended.status).toBe(0);
  expect(ended.stdout).toContain(`Copied ${OLD_MESSAGES + 2} messages`);

  const opened = await until(async () => {
    const { events } = await feedAfter(node.origin, token, cursor);
    expect(events).toHaveLength(7);
    return events;
  });
  expect(opened).toEqual([
    `${first} sms_delivered`,
    `${late} sms_sent`,
    `${third} sms_delivered`,
    `${second} sms_delivered`,
    `${late} sms_sent`,
    `${without} sms_delivered`,
    `${meanwhile} sms_delivered`,
  ]);
  const all = await feedAfter(node.origin, token, "");
  expect(all.events).toHaveLength(OLD_MESSAGES + 1 + 7);

  // A repeat, a repeat of what was received meanwhile, a supplement, and a new one.
  for (const [params, processed] of [
    [{ MessageSid: first, MessageStatus: "delivered" }, 0],
    [{ MessageSid: meanwhile, MessageStatus: "delivered" }, 0],
    [{ MessageSid: third, MessageStatus: "delivered", NumSegments: "2" }, 1],
    [{ MessageSid: newMessageSid() }, 1],
  ] as const)
    expect(await post(node.origin, params)).toBe(processed);
  // Those of another account than the message's first one.
  for (const params of [
    { MessageSid: second, AccountSid: OTHER_ACCOUNT },
    { MessageSid: without, AccountSid: ACCOUNT_SID },
  ])
    expect((await twilioClient(node.origin).post(params)).status).toBe(403);
}, 120_000);
